import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { recording, refusedResponse, seedInterview } from '../api/support/interviews.ts';
import { silence, wav } from '../support/audio-fixtures.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const said = 'What makes a good answer?';
const message = z.strictObject({
  transcript: z.string(),
  reply: z.string(),
  audio_url: z.string().nullable(),
  session_id: z.string().nullable(),
  turn_id: z.string().nullable(),
});

const post = (init: RequestInit, who = user) => who.fetch('/api/audio/message', { method: 'POST', ...init });
const json = (body: unknown): RequestInit => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const form = (file: Blob, fields: Record<string, string> = {}, name = 'file'): RequestInit => {
  const body = new FormData();
  body.set(name, file, 'said.mp3');
  for (const [field, value] of Object.entries(fields)) body.set(field, value);
  return { body };
};
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const replyOf = async (response: Response) => {
  expect(response.status).toBe(200);
  return message.parse(await response.json());
};
/** Nothing is left under a temporary name. */
const staged = () => readdir(join(server.audioPath, 'tmp'));

describe('a message to the assistant', () => {
  test.each(['file', 'audio'])('as a form with the field %s is heard, answered and spoken', async (field) => {
    const guest = await server.signIn({ consent: false });
    server.upstream.replyNext('text', 'One that says what you did.');
    const answer = await replyOf(await post(form(new Blob([await server.say(said)]), {}, field), guest));
    expect(answer).toMatchObject({ transcript: said, reply: 'One that says what you did.', session_id: null });
    const audio = await guest.fetch(answer.audio_url ?? '');
    expect([audio.status, audio.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
    const spoken = new Uint8Array(await audio.arrayBuffer());
    expect(spoken.length).toBeGreaterThan(1_000);
    expect((await user.fetch(answer.audio_url ?? '')).status).toBe(404);
    expect(await staged()).toEqual([]);
    const usage = await server.deps.db.prisma.usage.findMany({ where: { userId: guest.userId } });
    expect(usage.map(({ capability }) => capability).sort()).toEqual(['chat', 'speak', 'transcribe']);
    expect(await server.deps.db.prisma.audioFile.count({ where: { userId: guest.userId, kind: 'answer' } })).toBe(0);
  });

  test.each(['audio', 'audioData'])('as JSON with %s is remembered, like what is said in writing', async (field) => {
    const guest = await server.signIn();
    server.upstream.replyNext('text', 'Hello Ada.');
    await post(json({ [field]: base64(await server.say('I am Ada.')), language: 'en', voice: 'nova' }), guest);
    const body = { prompt: 'Who am I?' };
    await guest.fetch('/api/voice/ask', { method: 'POST', ...json(body) });
    const asked = server.upstream.callsTo('chat').at(-1)?.body;
    expect(asked).toMatchObject({
      messages: [{ role: 'system' }, { content: 'I am Ada.' }, { content: 'Hello Ada.' }, { content: 'Who am I?' }],
    });
    const speech = server.upstream.callsTo('speech').at(-1)?.body;
    expect(speech).toMatchObject({ voice: 'nova', input: 'Hello Ada.' });
  });

  test('is answered in writing when the reply cannot be spoken', async () => {
    const audio = base64(await server.say(said));
    server.upstream.replyNext('text', 'In writing, then.');
    server.upstream.failNext('speech', { status: 400 });
    const answer = await replyOf(await post(json({ audio })));
    expect(answer).toMatchObject({ reply: 'In writing, then.', audio_url: null });
    expect(await staged()).toEqual([]);
  });

  test('fails as a whole when it cannot be heard', async () => {
    const audio = base64(await server.say(said));
    server.upstream.failNext('transcriptions', { status: 400 });
    expect(await refusedResponse(await post(json({ audio })))).toMatchObject({
      status: 502,
      code: 'upstream_failed',
    });
    expect(await staged()).toEqual([]);
  });
});

describe('a message in an interview', () => {
  test('is a turn of it', async () => {
    const { id: sessionId } = await seedInterview(server, user.userId);
    server.upstream.replyNext('text', 'Thank you. Tell me more.');
    const first = await replyOf(
      await post(form(new Blob([await server.say('Hello there.')]), { session_id: sessionId })),
    );
    expect(first).toMatchObject({
      transcript: 'Hello there.',
      reply: 'Thank you. Tell me more.',
      session_id: sessionId,
    });
    const turn = await server.deps.db.prisma.turn.findFirstOrThrow({
      where: { sessionId },
      include: { messages: true },
    });
    expect(turn).toMatchObject({ id: first.turn_id, state: 'ended' });
    expect(turn.messages.map(({ text }) => text).sort()).toEqual([first.transcript, first.reply].sort());
    expect((await user.fetch(first.audio_url ?? '')).status).toBe(200);

    const second = await replyOf(
      await post(json({ audio: base64(await server.say('Gladly.')), session_id: sessionId })),
    );
    expect(second.transcript).toBe('Gladly.');
    expect(second.turn_id).not.toBe(first.turn_id);
  });

  test('tells why its turn failed', async () => {
    const { id: sessionId } = await seedInterview(server, user.userId);
    const audio = base64(await server.say('Hello.'));
    server.upstream.failNextReply('text', { status: 400 });
    const failed = await post(json({ audio, session_id: sessionId }));
    expect(await refusedResponse(failed)).toMatchObject({ status: 502, code: 'upstream_failed' });
  });

  test('needs consent, an interview of one’s own that goes on, and its turn', async () => {
    const shy = await server.signIn({ consent: false });
    const audio = base64(await server.say('Hello.'));
    const mine = await seedInterview(server, user.userId);
    const theirs = await seedInterview(server, shy.userId);
    const over = await seedInterview(server, user.userId, 1, { state: 'ended', endedAt: new Date() });
    const refused = async (sessionId: string, who = user) =>
      refusedResponse(await post(json({ audio, session_id: sessionId }), who));
    expect(await refused(theirs.id, shy)).toMatchObject({ status: 403, code: 'consent_required' });
    expect(await refused(theirs.id)).toMatchObject({ status: 404, code: 'not_found' });
    expect(await refused(over.id)).toMatchObject({ status: 409, code: 'session_ended' });
    expect(await refused('mine')).toMatchObject({ status: 400, code: 'invalid_input' });
    const gate = server.upstream.hold(({ schemaName }) => schemaName === 'text');
    const first = post(json({ audio, session_id: mine.id }));
    await gate.full;
    expect(await refused(mine.id)).toMatchObject({ status: 409, code: 'conflict' });
    gate.open();
    expect((await first).status).toBe(200);
    expect(await staged()).toEqual([]);
  });
});

describe('what is refused', () => {
  const refused = async (init: RequestInit, who = user) => refusedResponse(await post(init, who));

  test('silence, and what is no recording', async () => {
    const mute = new Uint8Array(wav(silence(1_000)));
    const text = new TextEncoder().encode('<html>no sound</html>');
    for (const init of [json({ audio: base64(mute) }), form(new Blob([mute]))]) {
      expect(await refused(init)).toMatchObject({ status: 422, code: 'no_speech' });
    }
    for (const init of [json({ audio: base64(text) }), form(new Blob([text]))]) {
      expect(await refused(init)).toMatchObject({ status: 415, code: 'unsupported_media' });
    }
    expect(await staged()).toEqual([]);
  });

  test('what is not base64, not once, or not there', async () => {
    const good = base64(new Uint8Array(await recording().arrayBuffer()));
    const url = 'data:audio/wav;base64,';
    for (const audio of [
      `${url}${good}`,
      `${good}=`,
      `${good.slice(0, 80)}\n${good.slice(80)}`,
      'é',
      '',
      '-_-_',
      'AB==',
    ]) {
      expect(await refused(json({ audio }))).toMatchObject({ status: 400, code: 'invalid_input' });
    }
    for (const body of [
      {},
      null,
      [],
      'text',
      { audio: 1 },
      { audio: good, audioData: good },
      { audio: good, voice: 'x' },
    ]) {
      expect(await refused(json(body))).toMatchObject({ status: 400, code: 'invalid_input' });
    }
    expect(await refused({})).toMatchObject({ code: 'invalid_input' });
    expect(await refused(form(recording(), { language: 'klingon' }))).toMatchObject({ status: 400 });
    expect(await refused({ body: new FormData() })).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(await refused({ headers: { 'content-type': 'audio/wav' }, body: recording() })).toMatchObject({
      status: 415,
    });
  });

  test('what is too large', async () => {
    expect(await refused(json({ audio: 'A'.repeat(20_000_000) }))).toMatchObject({ status: 413, code: 'too_large' });
    await using small = await startViva({ MAX_AUDIO_FILE_SIZE: '50KB' });
    const guest = await small.signIn();
    const large = new Blob([new Uint8Array(60_000)]);
    for (const init of [json({ audio: base64(new Uint8Array(60_000)) }), form(large)]) {
      expect(await refused(init, guest)).toMatchObject({ status: 413, code: 'too_large' });
    }
    expect(await readdir(join(small.audioPath, 'tmp'))).toEqual([]);
  });

  test('whoever is not signed in, before the body is read', async () => {
    const address = `${server.url}/api/audio/message`;
    const anonymous = await fetch(address, { method: 'POST', ...json({ nothing: 'good' }) });
    expect(await refusedResponse(anonymous)).toMatchObject({ status: 401, code: 'unauthenticated' });
  });
});
