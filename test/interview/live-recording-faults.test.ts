import { expect, test } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import type { PcmFile, PcmSpool } from '../../src/storage/pcm-spool.ts';
import { refusalOf } from '../api/support/interviews.ts';
import { connect, someCandidate, spoken, startServer, storedPcm, words } from './live-recordings.ts';

/** The recording is safe and is transcribed like an upload, whatever becomes of the live words. */
const faults = {
  'the connection is refused': ({ upstream }: Server) => upstream.realtime.failNextHandshake({ status: 401 }, 10),
  'no model is served': ({ upstream }: Server) => {
    for (const model of ['gpt-live-transcribe', 'gpt-4o-transcribe']) upstream.retire(model);
    upstream.realtime.failNextHandshake('model_not_found', 10);
  },
  'the session is refused however often': ({ upstream }: Server) => {
    for (let attempt = 0; attempt < 50; attempt++) upstream.realtime.closeNextOn('session.update', 1008);
  },
  'the connection drops': ({ upstream }: Server) =>
    upstream.realtime.closeNextOn('conversation.item.input_audio_transcription.delta'),
  'the upstream falls silent': ({ upstream }: Server) => upstream.realtime.stallNextOn('input_audio_buffer.append'),
  'the last words fail': ({ upstream }: Server) => upstream.failNext('realtime_transcription', { status: 500 }),
  'nothing was heard': ({ upstream }: Server) => upstream.failNext('realtime_transcription', 'empty-content'),
};
type Server = Awaited<ReturnType<typeof startServer>>;

test.each(Object.entries(faults))('%s: the answer is transcribed the ordinary way', async (name, fault) => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  fault(server);
  const live = await connect(candidate, { questionId: candidate.questionId }, { lastWordsMs: 300 });
  live.hear(pcm);
  await live.acknowledged(pcm.length);
  server.upstream.hearNext(words);
  const answer = await live.recording.finish();
  expect(answer).toMatchObject({ transcriptState: 'pending', transcript: null });
  expect(live.all('answer')).toEqual([{ type: 'answer', answer }]);
  expect(live.all('transcript')).toEqual([]);
  if (name !== 'nothing was heard') expect(live.all('error').length).toBe(1);
  await expect
    .poll(() => candidate.user.viva.answers.get.query({ answerId: answer.id }))
    .toMatchObject({
      transcriptState: 'done',
      transcript: words,
    });
  expect(await storedPcm(server, candidate.questionId)).toEqual(Buffer.from(pcm));
  expect(server.upstream.callsTo('transcriptions').length).toBe(1);
});

test('resuming after the upstream was lost hears again what was not settled', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  server.upstream.realtime.closeNextOn('conversation.item.input_audio_transcription.delta');
  const first = await connect(candidate, { questionId: candidate.questionId });
  first.hear(pcm.subarray(0, pcm.length - 4_800));
  await first.next('error');
  await first.recording.leave();
  const second = await connect(candidate, { recordingId: first.recording.recordingId });
  second.hear(pcm, second.recording.acknowledgedBytes);
  expect(await second.recording.finish()).toMatchObject({ transcriptState: 'done', transcript: words });
});

test('an upstream that opens late has missed nothing', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const gate = server.upstream.hold(({ endpoint }) => endpoint === 'realtime');
  const live = await connect(candidate, { questionId: candidate.questionId });
  live.hear(pcm);
  await live.acknowledged(pcm.length);
  await gate.full;
  expect(live.told()).toBe('');
  gate.open();
  expect(await live.recording.finish()).toMatchObject({ transcriptState: 'done', transcript: words });
  expect(live.told()).toBe(words);
});

test('a disk that fills up ends the connection; what was acknowledged is kept and can be gone on with', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const { spool } = server.deps.product;
  const room = 96_000;
  const small: PcmSpool = {
    ...spool,
    async create(id) {
      const file = await spool.create(id);
      const write: PcmFile['write'] = async (bytes, offset) => {
        if (offset + bytes.length > room) throw new DomainError('storage_full', 'The disk is full.');
        await file.write(bytes, offset);
      };
      return { ...file, write };
    },
  };
  const full = await connect(candidate, { questionId: candidate.questionId }, {}, small);
  full.hear(pcm.subarray(0, room));
  await full.acknowledged(room);
  full.hear(pcm, room);
  expect(await full.next('error')).toMatchObject({ error: { code: 'storage_full' } });
  expect(await full.next('ended')).toEqual({ type: 'ended', why: 'failed' });
  await full.recording.leave();
  const again = await connect(candidate, { recordingId: full.recording.recordingId });
  expect(again.recording.acknowledgedBytes).toBe(room);
  again.hear(pcm, room);
  expect(await again.recording.finish()).toMatchObject({ transcriptState: 'done', transcript: words });
  expect(await storedPcm(server, candidate.questionId)).toEqual(Buffer.from(pcm));
});

test('silence is refused, and nothing of it is left', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const live = await connect(candidate, { questionId: candidate.questionId });
  live.hear(new Uint8Array(96_000));
  await expect(live.recording.finish()).rejects.toMatchObject({ code: 'no_speech' });
  expect(await live.next('ended')).toEqual({ type: 'ended', why: 'failed' });
  const { prisma } = server.deps.db;
  expect([await prisma.liveRecording.count(), await prisma.answer.count(), await prisma.audioFile.count()]).toEqual([
    0, 0, 0,
  ]);
  const resumed = connect(candidate, { recordingId: live.recording.recordingId });
  await expect(resumed).rejects.toMatchObject({ code: 'not_found' });
});

test.each([
  ['MAX_AUDIO_FILE_SIZE', '100044B', 'too_large', 100_000],
  ['MAX_AUDIO_FILE_SIZE', '10MB', null, null],
])('%s %s holds while recording', async (name, value, code, kept) => {
  const server = await startServer({ [name]: value });
  const candidate = await someCandidate(server);
  const pcm = await spoken(server);
  const live = await connect(candidate, { questionId: candidate.questionId });
  live.hear(pcm);
  await live.acknowledged(kept ?? pcm.length);
  expect(live.all('error').map(({ error }) => error.code)).toEqual(code ? [code] : []);
  await live.recording.finish();
  expect((await storedPcm(server, candidate.questionId)).length).toBe(kept ?? pcm.length);
});

test('MAX_RECORDING_MINUTES holds while recording', async () => {
  const server = await startServer({ MAX_RECORDING_MINUTES: '1' });
  const candidate = await someCandidate(server);
  const minute = 60_000 * 48;
  const live = await connect(candidate, { questionId: candidate.questionId });
  live.hear(await spoken(server));
  live.hear(new Uint8Array(minute));
  live.hear(new Uint8Array(4_800));
  await live.acknowledged(minute);
  expect(live.all('error')).toMatchObject([{ error: { code: 'recording_too_long' } }]);
  const { recordingId } = live.recording;
  await live.recording.leave();
  const again = await connect(candidate, { recordingId });
  expect(again.recording.acknowledgedBytes).toBe(minute);
  const answer = await again.recording.finish();
  expect(answer).toMatchObject({ audio: { durationMs: 60_000 }, transcript: words });
});

test('only whose question it is may answer it, while the interview goes on, and with consent', async () => {
  const server = await startServer();
  const candidate = await someCandidate(server);
  const stranger = await someCandidate(server);
  const silent = await someCandidate(server, { consent: false });
  const live = await connect(candidate, { questionId: candidate.questionId });
  const { questionId } = candidate;
  const { recordingId } = live.recording;
  live.hear(await spoken(server));
  await expect(connect(stranger, { questionId })).rejects.toMatchObject({ code: 'not_found', status: 404 });
  await expect(connect(stranger, { recordingId })).rejects.toMatchObject({ code: 'not_found', status: 404 });
  const mute = connect(silent, { questionId: silent.questionId });
  await expect(mute).rejects.toMatchObject({ code: 'consent_required', status: 403 });

  await candidate.user.viva.answers.submitText.mutate({ questionId, text: 'In writing.' });
  await candidate.user.viva.sessions.end.mutate({ sessionId: candidate.interview.id });
  await expect(connect(candidate, { questionId })).rejects.toMatchObject({ code: 'session_ended', status: 409 });
  await expect(connect(candidate, { recordingId })).rejects.toMatchObject({ code: 'session_ended', status: 409 });
  await expect(live.recording.finish()).rejects.toMatchObject({ code: 'session_ended' });
  const text = candidate.user.viva.answers.submitText.mutate({ questionId, text: 'Once more.' });
  expect(await refusalOf(text)).toMatchObject({ code: 'session_ended' });
});
