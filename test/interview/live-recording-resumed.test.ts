import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { finishAbandoned } from '../../src/interview/live-recording/abandoned.ts';
import { connect, someCandidate, spoken, startServer, storedPcm, words } from './live-recordings.ts';

const never = new AbortController().signal;

test('a lost connection goes on from the acknowledged byte, with the same words', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const half = 4_800 * Math.floor(pcm.length / 9_600);
  const first = await connect(candidate, { questionId: candidate.questionId });
  first.hear(pcm.subarray(0, half));
  await first.next('transcript-delta');
  await first.recording.leave();
  const told = first.events.length;

  const { recordingId } = first.recording;
  const second = await connect(candidate, { recordingId });
  expect(second.recording).toMatchObject({ recordingId, acknowledgedBytes: half });
  expect(words.startsWith(second.recording.transcript)).toBe(true);
  expect(second.recording.transcript).not.toBe('');
  first.hear(pcm, half);
  second.hear(pcm, half);
  const answer = await second.recording.finish();
  expect(first.events.length).toBe(told);
  expect(second.recording.transcript + second.told()).toBe(words);
  expect(answer).toMatchObject({ transcriptState: 'done', transcript: words });
  expect(await storedPcm(server, candidate.questionId)).toEqual(Buffer.from(pcm));
  expect(server.upstream.callsTo('realtime').length).toBe(1);
});

test('a restart of the server loses neither bytes nor words', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const half = 4_800 * Math.floor(pcm.length / 9_600);
  const first = await connect(candidate, { questionId: candidate.questionId });
  first.hear(pcm.subarray(0, half));
  await first.acknowledged(half);
  await server.restart();

  const second = await connect(candidate, { recordingId: first.recording.recordingId });
  expect(second.recording.acknowledgedBytes).toBe(half);
  second.hear(pcm, half);
  const answer = await second.recording.finish();
  expect(answer).toMatchObject({ transcriptState: 'done', transcript: words });
  expect(await storedPcm(server, candidate.questionId)).toEqual(Buffer.from(pcm));
});

test('words that were settled before a restart are not heard again', async () => {
  const server = await startServer({ LISTEN_MODELS: 'gpt-4o-transcribe' });
  const candidate = await someCandidate(server);
  const [one, two] = ['I ran a bakery in Graz.', 'Then I learned to write software.'];
  const pause = new Uint8Array(96_000);
  const beginning = Buffer.concat([await spoken(server, one), pause]);
  const whole = Buffer.concat([beginning, await spoken(server, two), pause]);
  const first = await connect(candidate, { questionId: candidate.questionId });
  first.hear(beginning);
  await expect.poll(() => first.told()).toBe(one);
  const { recordingId } = first.recording;
  const { prisma } = server.deps.db;
  const row = () => prisma.liveRecording.findUniqueOrThrow({ where: { id: recordingId } });
  await expect.poll(async () => (await row()).transcript).toBe(one);
  await first.acknowledged(beginning.length);
  await server.restart();

  const second = await connect(candidate, { recordingId });
  expect(second.recording).toMatchObject({ acknowledgedBytes: beginning.length, transcript: one });
  second.hear(whole, beginning.length);
  const answer = await second.recording.finish();
  expect(answer.transcript).toBe(`${one} ${two}`);
  expect(one + second.told()).toBe(`${one} ${two}`);
  const heard = server.upstream.realtime.connections
    .at(-1)
    ?.received.filter(({ type }) => type === 'input_audio_buffer.append')
    .reduce((sum, { audio }) => sum + Buffer.from(String(audio), 'base64').length, 0);
  expect(heard).toBeLessThanOrEqual(whole.length - (beginning.length - pause.length));
  expect(await storedPcm(server, candidate.questionId)).toEqual(whole);
});

test('a recording goes on over the connection that came last; the other one is told', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const first = await connect(candidate, { questionId: candidate.questionId });
  first.hear(pcm.subarray(0, 48_000));
  await first.acknowledged(48_000);
  const second = await connect(candidate, { recordingId: first.recording.recordingId });
  expect(await first.next('error')).toMatchObject({ error: { code: 'conflict' } });
  expect(await first.next('ended')).toEqual({ type: 'ended', why: 'taken-over' });
  first.hear(pcm);
  await expect(first.recording.finish()).rejects.toMatchObject({ code: 'conflict' });
  await first.recording.leave();
  second.hear(pcm, second.recording.acknowledgedBytes);
  await second.recording.finish();
  expect(await storedPcm(server, candidate.questionId)).toEqual(Buffer.from(pcm));
});

test('another server on the same folder and database takes over as well', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const first = await connect(candidate, { questionId: candidate.questionId });
  first.hear(pcm.subarray(0, 48_000));
  await first.acknowledged(48_000);
  const { recordingId } = first.recording;
  server.deps.product.recorders.remove(recordingId);
  const second = await connect(candidate, { recordingId });
  first.hear(pcm.subarray(48_000, 57_600));
  expect(await first.next('ended')).toEqual({ type: 'ended', why: 'taken-over' });
  second.hear(pcm, second.recording.acknowledgedBytes);
  await second.recording.finish();
  expect(await storedPcm(server, candidate.questionId)).toEqual(Buffer.from(pcm));
});

test('whoever lost the connection while finishing is told the answer when it resumes', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const first = await connect(candidate, { questionId: candidate.questionId });
  first.hear(await spoken(server));
  const { recordingId } = first.recording;
  const finished = first.recording.finish();
  await first.recording.leave();
  const answer = await finished;
  expect(first.all('answer')).toEqual([]);
  const second = await connect(candidate, { recordingId });
  second.recording.hear(new Uint8Array(4_800));
  expect(await second.next('error')).toMatchObject({ error: { code: 'conflict' } });
  expect(await second.recording.finish()).toEqual(answer);
  expect(await second.next('answer')).toEqual({ type: 'answer', answer });
  expect(await server.deps.db.prisma.answer.count({ where: { questionId: candidate.questionId } })).toBe(1);
});

test('what nobody goes on with becomes an answer; what nobody spoke in goes', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const silent = await someCandidate(server);
  const pcm = await spoken(server);
  const live = await connect(candidate, { questionId: candidate.questionId });
  live.hear(pcm);
  const other = await connect(silent, { questionId: silent.questionId });
  other.hear(new Uint8Array(96_000));
  await Promise.all([live.acknowledged(pcm.length), other.acknowledged(96_000)]);
  const recent = await connect(candidate, { questionId: candidate.questionId });
  for (const { recording } of [live, other]) await recording.leave();
  await server.restart();

  const { prisma } = server.deps.db;
  const left = [live.recording.recordingId, other.recording.recordingId];
  await prisma.$executeRaw`update live_recordings set updated_at = now() - interval '2 hours' where id = any(${left}::uuid[])`;
  server.upstream.hearNext(words);
  await finishAbandoned(server.deps.product, never);
  const [answer] = await prisma.answer.findMany({ where: { questionId: candidate.questionId } });
  await expect
    .poll(async () => candidate.user.viva.answers.get.query({ answerId: answer?.id ?? '' }))
    .toMatchObject({
      transcriptState: 'done',
      transcript: words,
    });
  expect(await storedPcm(server, candidate.questionId)).toEqual(Buffer.from(pcm));
  expect(await prisma.answer.count({ where: { questionId: silent.questionId } })).toBe(0);
  const rows = () => prisma.liveRecording.findMany({ select: { id: true, answerId: true }, orderBy: { id: 'asc' } });
  // The server's own job may be at it, too.
  await expect.poll(rows, { timeout: 10_000 }).toEqual([
    { id: live.recording.recordingId, answerId: answer?.id },
    { id: recent.recording.recordingId, answerId: null },
  ]);
  expect(await readdir(join(server.audioPath, 'live'))).toEqual([`${recent.recording.recordingId}.pcm`]);
});

test('everything that is acknowledged is on disk', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const live = await connect(candidate, { questionId: candidate.questionId });
  const path = join(server.audioPath, 'live', `${live.recording.recordingId}.pcm`);
  for (let sent = 0; sent < 10; sent++) {
    live.recording.hear(new Uint8Array(9_601));
    const { bytes } = await live.next('acknowledged');
    expect((await stat(path)).size).toBeGreaterThanOrEqual(bytes);
  }
  await live.acknowledged(96_010);
  expect(live.recording.bufferedBytes).toBe(0);
});
