import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect, someCandidate, spoken, startServer, storedPcm, words } from './live-recordings.ts';

test('the words are told while they are spoken, and are the answer’s transcript at the end', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const { questionId } = candidate;
  const live = await connect(candidate, { questionId });
  expect(live.recording).toMatchObject({ acknowledgedBytes: 0, transcript: '' });
  live.hear(pcm);
  await live.next('transcript-delta');
  await live.acknowledged(pcm.length);
  expect(live.all('transcript')).toEqual([]);

  const answer = await live.recording.finish();
  expect(live.told()).toBe(words);
  expect(live.events.map(({ type }) => type).slice(-3)).toEqual(['transcript', 'answer', 'ended']);
  expect(live.all('transcript')).toEqual([{ type: 'transcript', text: words }]);
  expect(live.all('ended')).toEqual([{ type: 'ended', why: 'finished' }]);
  expect(answer).toMatchObject({ questionId, kind: 'spoken', transcriptState: 'done', transcript: words, take: 1 });
  expect(answer.words.map(({ word }) => word)).toEqual(words.split(' '));
  expect(answer.words.at(-1)?.endMs).toBeLessThanOrEqual(answer.audio?.durationMs ?? 0);
  expect(answer.audio).toMatchObject({ mimeType: 'audio/wav', durationMs: Math.round(pcm.length / 48) });
  expect(await storedPcm(server, questionId)).toEqual(Buffer.from(pcm));
  expect(await candidate.user.viva.answers.get.query({ answerId: answer.id })).toEqual(answer);
  expect((await candidate.user.fetch(answer.audio?.url ?? '')).status).toBe(200);

  expect(server.upstream.callsTo('transcriptions')).toEqual([]);
  const stored = await server.deps.db.prisma.answer.findUniqueOrThrow({ where: { id: answer.id } });
  expect(stored.transcribedBy).toBe('gpt-live-transcribe');
  const usage = await candidate.user.viva.sessions.usage.query({ sessionId: candidate.interview.id });
  expect(usage.models).toMatchObject([{ capability: 'listen', model: 'gpt-live-transcribe', calls: 1 }]);
  expect(await readdir(join(server.audioPath, 'live'))).toEqual([]);
});

test('each word is passed on before the upstream sends another', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const live = await connect(candidate, { questionId: candidate.questionId });
  live.hear(new Uint8Array(9_600));
  const upstream = await server.upstream.realtime.latest();
  await expect.poll(() => upstream.received.some(({ type }) => type === 'input_audio_buffer.append')).toBe(true);
  for (const delta of ['One', ' by', ' one', '.']) {
    const type = 'conversation.item.input_audio_transcription.delta';
    upstream.send({ type, item_id: 'item_1', content_index: 0, delta });
    expect(await live.next('transcript-delta')).toEqual({ type: 'transcript-delta', text: delta });
  }
  expect(live.told()).toBe('One by one.');
});

test.each(['gpt-4o-transcribe', 'whisper-1'])('%s tells the words of each pause, then all', async (model) => {
  const server = await startServer({ LISTEN_MODELS: model });
  const candidate = await someCandidate(server);
  const live = await connect(candidate, { questionId: candidate.questionId });
  const pause = new Uint8Array(48_000 * 2);
  live.hear(await spoken(server, 'I ran a bakery in Graz.'));
  live.hear(pause);
  await expect.poll(() => live.told()).toBe('I ran a bakery in Graz.');
  live.hear(await spoken(server, 'Then I learned to write software.'));
  live.hear(pause);
  const answer = await live.recording.finish();
  const text = 'I ran a bakery in Graz. Then I learned to write software.';
  expect(live.told()).toBe(text);
  expect(answer).toMatchObject({ transcriptState: 'done', transcript: text });
  const stored = await server.deps.db.prisma.answer.findUniqueOrThrow({ where: { id: answer.id } });
  expect(stored.transcribedBy).toBe(model);
});

test('a model that is gone gives way to the next', async () => {
  const server = await startServer();
  server.upstream.retire('gpt-live-transcribe');
  const candidate = await someCandidate(server);
  const live = await connect(candidate, { questionId: candidate.questionId });
  live.hear(await spoken(server));
  const answer = await live.recording.finish();
  expect(answer).toMatchObject({ transcriptState: 'done', transcript: words });
  const stored = await server.deps.db.prisma.answer.findUniqueOrThrow({ where: { id: answer.id } });
  expect(stored.transcribedBy).toBe('gpt-4o-transcribe');
});
