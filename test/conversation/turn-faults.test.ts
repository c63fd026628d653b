import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { silence, wav } from '../support/audio-fixtures.ts';
import type { Fault } from '../support/scripted-upstream.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, listen, messagesOf, turn } from './talking.ts';

const words = 'I baked bread for ten years.';
const sentences = 'This is the first sentence. The second one comes after it. The third one can be heard.';
let server: Viva;
let user: SignedIn;
let recording: Blob;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
  recording = new Blob([await server.say(words)]);
});
afterAll(() => server?.close());

const say = (sessionId: string, text = words) => user.viva.chat.say.mutate({ sessionId, text });
const upload = (sessionId: string, file = recording) => user.viva.uploadTurn(sessionId, file, { fileName: 'turn.mp3' });
const begin = (sessionId: string) => user.viva.chat.begin.mutate({ sessionId });
/** What is kept of the candidate: a message with its recording, whose file is there; and the session is free. */
async function expectKept(sessionId: string, recordings: number) {
  const messages = await server.deps.db.prisma.message.findMany({ where: { sessionId }, include: { audio: true } });
  expect(messages.map(({ role, text }) => [role, text])).toEqual(Array(recordings).fill(['candidate', '']));
  const files = await readdir(join(server.audioPath, 'answers')).catch(() => []);
  for (const { audio } of messages) expect(files).toContain(basename(audio?.storageKey ?? ''));
  expect((await turn(user, sessionId, () => say(sessionId))).at(-1)).toMatchObject({ type: 'turn-ended' });
}

describe('a recording', () => {
  it('of silence is refused, leaves nothing, and the next turn works', async () => {
    const session = await interview(user);
    const { over } = await listen(user, session.id);
    const quiet = new Blob([new Uint8Array(wav(silence(2_000)))]);
    await expect(upload(session.id, quiet)).rejects.toMatchObject({ status: 422, code: 'no_speech' });
    expect((await over).at(-1)).toMatchObject({ type: 'turn-failed', code: 'no_speech', retryable: false });
    await expectKept(session.id, 0);
  });

  it('without words fails at its transcription, is kept, and the next turn works', async () => {
    const session = await interview(user);
    server.upstream.hearNext('');
    const events = await turn(user, session.id, () => upload(session.id));
    expect(events.at(-1)).toMatchObject({ type: 'turn-failed', stage: 'transcription', code: 'no_speech' });
    await expectKept(session.id, 1);
  });

  it('whose upload breaks off fails the turn and frees the session', async () => {
    const session = await interview(user);
    const { over, first } = await listen(user, session.id);
    const leaving = new AbortController();
    const endless = new ReadableStream<Uint8Array>({
      async start(body) {
        const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="turn.mp3"\r\n\r\n';
        body.enqueue(Buffer.concat([Buffer.from(head), Buffer.from(await recording.slice(0, 3_000).arrayBuffer())]));
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const init = { method: 'POST', body: endless, duplex: 'half', headers, signal: leaving.signal };
    const sent = user.fetch(`/upload/turns/${session.id}`, init);
    await first('turn-started');
    leaving.abort();
    await expect(sent).rejects.toThrow();
    expect((await over).at(-1)).toMatchObject({ type: 'turn-failed', stage: 'upload' });
    await expectKept(session.id, 0);
  });

  test.each<[string, Fault, number]>([
    ['500', { status: 500 }, 3],
    ['400', { status: 400 }, 1],
  ])('whose transcription meets %s ends in turn-failed, and it is kept', async (_, fault, times) => {
    const session = await interview(user);
    server.upstream.failNext('transcriptions', fault, times);
    const events = await turn(user, session.id, () => upload(session.id));
    const failed = { type: 'turn-failed', stage: 'transcription', code: 'upstream_failed', retryable: true };
    expect(events.at(-1)).toMatchObject(failed);
    await expectKept(session.id, 1);
  });

  it('survives one reset of the transcription: it is heard again from the disk', async () => {
    const session = await interview(user);
    server.upstream.failNext('transcriptions', 'connection-reset');
    const events = await turn(user, session.id, () => upload(session.id));
    expect(events).toContainEqual(expect.objectContaining({ type: 'transcript-end', text: words }));
    expect(events.at(-1)).toMatchObject({ type: 'turn-ended' });
  });
});

describe('a reply', () => {
  test.each<[string, Fault, number, { code: string; partial: boolean }]>([
    ['500 throughout', { status: 500 }, 3, { code: 'upstream_failed', partial: false }],
    ['400', { status: 400 }, 1, { code: 'upstream_failed', partial: false }],
    ['a cut connection', 'truncated-body', 3, { code: 'upstream_failed', partial: false }],
    ['resets throughout', 'connection-reset', 3, { code: 'unavailable', partial: false }],
    ['a stream that breaks mid-reply', 'malformed-sse', 1, { code: 'upstream_failed', partial: true }],
    ['a refusal', 'refusal', 1, { code: 'upstream_refused', partial: false }],
    ['empty content', 'empty-content', 1, { code: 'upstream_refused', partial: false }],
  ])('that meets %s ends in turn-failed with a reason, and is tried again', async (_, fault, times, expected) => {
    const session = await interview(user);
    server.upstream.failNextReply('text', fault, times);
    const events = await turn(user, session.id, () => begin(session.id));
    const { code, partial } = expected;
    expect(events.at(-1)).toMatchObject({
      type: 'turn-failed',
      stage: 'reply',
      code,
      message: expect.stringMatching(/.{20}/),
    });
    const told = events.flatMap((event) => (event.type === 'reply-delta' ? event.text : [])).join('');
    const kept = partial ? [{ role: 'interviewer', text: told, audioPartial: true }] : [];
    expect(await messagesOf(server, session.id)).toMatchObject(kept);
    const again = await turn(user, session.id, () => begin(session.id));
    const greeting = again.find(({ type }) => type === 'reply-end');
    expect(greeting).toMatchObject({ text: expect.stringContaining(session.questions[0]?.text ?? '?') });
  });

  it('whose connection is cut in the middle keeps the words and the sound that came, marked partial', async () => {
    const session = await interview(user);
    const { upstream } = server;
    const spoken = () => upstream.callsTo('speech').find(({ body }) => /first/.test(String(body.input)));
    async function* cut(pieces: AsyncIterable<string | Uint8Array>) {
      let passed = 0;
      for await (const piece of pieces) {
        yield piece;
        if (++passed < 14) continue;
        await vi.waitFor(() => expect(spoken()?.ended()).toBe(true), { timeout: 10_000 });
        throw new Error('cut');
      }
    }
    upstream.hold(({ schemaName }) => schemaName === 'text', 1, { distort: cut, say: { content: sentences } }).open();
    const events = await turn(user, session.id, () => begin(session.id));
    expect(events.at(-1)).toMatchObject({ type: 'turn-failed', stage: 'reply', retryable: true });
    const [reply] = await messagesOf(server, session.id);
    expect(reply).toMatchObject({ audioPartial: true, audio: { bytes: expect.any(Number) } });
    expect(reply?.text).toMatch(/^This is the first sentence\. /);
    expect(sentences.length).toBeGreaterThan(reply?.text.length ?? 0);
  });

  it('without the last line of its stream is whole: the model had said that it was done', async () => {
    const session = await interview(user);
    server.upstream.failNextReply('text', 'missing-done');
    const events = await turn(user, session.id, () => begin(session.id));
    expect(events.at(-1)).toMatchObject({ type: 'turn-ended', audioPartial: false });
    expect(await messagesOf(server, session.id)).toMatchObject([
      { text: expect.stringContaining(session.questions[0]?.text ?? '?'), audioPartial: false },
    ]);
  });

  it('whose second sentence cannot be spoken goes on: only its audio is partial', async () => {
    const session = await interview(user);
    server.upstream.replyNext('text', sentences);
    const refused = { take: (response: ServerResponse) => void response.writeHead(400).end('{}') };
    const second = server.upstream.hold(({ body }) => /second/.test(String(body.input)), 1, refused);
    second.open();
    const events = await turn(user, session.id, () => begin(session.id));
    expect(events.at(-1)).toMatchObject({ type: 'turn-ended', audioPartial: true });
    expect(events).toContainEqual(expect.objectContaining({ type: 'reply-end', text: sentences }));
    const [reply] = await messagesOf(server, session.id);
    expect(reply).toMatchObject({ text: sentences, audioPartial: true, audio: { bytes: expect.any(Number) } });
    const spoken = server.upstream.callsTo('speech').map(({ body }) => body.input);
    expect(spoken).toContain('The third one can be heard.');
  });
});
