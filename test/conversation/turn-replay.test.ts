import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, listen, messagesOf, turn } from './talking.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const begin = (sessionId: string) => user.viva.chat.begin.mutate({ sessionId });
const say = (sessionId: string, text: string) => user.viva.chat.say.mutate({ sessionId, text });
const interrupt = (sessionId: string, heardMs: number) => user.viva.chat.interrupt.mutate({ sessionId, heardMs });
const conversations = () => server.upstream.calls.filter(({ schemaName }) => schemaName === 'text');
const sentences = 'This is the first sentence. The second one comes after it. The third one can be heard.';

describe('a client', () => {
  it('that leaves in the middle of a reply finds it whole afterwards', async () => {
    const session = await interview(user);
    const gate = server.upstream.hold(({ schemaName }) => schemaName === 'text');
    const { first, leave } = await listen(user, session.id);
    await begin(session.id);
    await first('reply-started');
    leave();
    gate.open();
    const turns = () => server.deps.db.prisma.turn.findMany({ where: { sessionId: session.id } });
    await vi.waitFor(async () => expect(await turns()).toMatchObject([{ state: 'ended' }]), { timeout: 10_000 });
    expect(await messagesOf(server, session.id)).toMatchObject([{ audioPartial: false, audio: expect.anything() }]);
  });

  it('that asks for the audio at its beginning gets the whole file while it grows', async () => {
    const session = await interview(user);
    server.upstream.replyNext('text', sentences);
    server.upstream.setPace({ tokenMs: 40 });
    const { first, over, events } = await listen(user, session.id);
    await begin(session.id);
    const { audioUrl } = await first('reply-started');
    const growing = await user.viva.fetchAudio(audioUrl);
    expect(growing.headers.get('content-length')).toBeNull();
    expect(events.map(({ data }) => data.type)).not.toContain('reply-end');
    const heard = Buffer.from(await growing.arrayBuffer());
    await over;
    server.upstream.setPace({ tokenMs: 0 });
    const stored = Buffer.from(await (await user.viva.fetchAudio(audioUrl)).arrayBuffer());
    expect(heard.length).toBeGreaterThan(5_000);
    expect(heard.equals(stored)).toBe(true);
    const stranger = await server.signIn();
    await expect(stranger.viva.fetchAudio(audioUrl)).rejects.toMatchObject({ status: 404 });
  });
});

describe('an interruption', () => {
  it('after the end cuts what is remembered by what was heard', async () => {
    const session = await interview(user);
    server.upstream.replyNext('text', sentences);
    await turn(user, session.id, () => begin(session.id));
    const [reply] = await messagesOf(server, session.id);
    const pieces = reply?.pieces;
    expect(pieces).toMatchObject([{ text: expect.stringContaining('first') }, {}, {}]);
    const endMs = Array.isArray(pieces) ? Number(Reflect.get(Object(pieces[0]), 'endMs')) : 0;
    expect(endMs).toBeGreaterThan(500);
    expect(await interrupt(session.id, endMs)).toMatchObject({ interrupted: true });
    expect(await messagesOf(server, session.id)).toMatchObject([
      { text: sentences, heardText: 'This is the first sentence.' },
    ]);
    await turn(user, session.id, () => say(session.id, 'I have a good example.'));
    const remembered = JSON.stringify(conversations().at(-1)?.body.messages);
    expect(remembered).toContain('This is the first sentence.');
    expect(remembered).not.toContain('The second one');
  });

  it('between the last event and the closing of the turn counts too', async () => {
    const session = await interview(user);
    const gate = server.upstream.hold(({ schemaName }) => schemaName === 'text');
    const { over } = await listen(user, session.id);
    const { turnId } = await begin(session.id);
    const interrupted = await server.deps.db.prisma.$transaction(async (tx) => {
      // The row cannot be closed before this lock is gone.
      await tx.$queryRaw`select id from turns where id = ${turnId}::uuid for no key update`;
      gate.open();
      expect((await over).at(-1)).toMatchObject({ type: 'turn-ended' });
      const answer = interrupt(session.id, 0);
      await user.viva.sessions.get.query({ sessionId: session.id });
      return { answer };
    });
    expect(await interrupted.answer).toMatchObject({ interrupted: true });
    expect(await messagesOf(server, session.id)).toMatchObject([{ heardText: '', audioPartial: false }]);
    expect(await interrupt(session.id, 0)).toMatchObject({ interrupted: false });
  });

  it('stops what runs upstream', async () => {
    const session = await interview(user);
    server.upstream.setPace({ tokenMs: 200, speechChunkMs: 200 });
    const calls = server.upstream.calls.length;
    const { first, over } = await listen(user, session.id);
    await begin(session.id);
    await first('reply-delta');
    expect(conversations().at(-1)?.ended()).toBe(false);
    expect(await interrupt(session.id, 10)).toMatchObject({ interrupted: true });
    const events = await over;
    server.upstream.setPace({ tokenMs: 0, speechChunkMs: 0 });
    expect(events.at(-1)).toMatchObject({ type: 'turn-interrupted', heardMs: 10 });
    expect(events.map(({ type }) => type)).not.toContain('reply-end');
    const open = () => server.upstream.calls.slice(calls).filter((call) => !call.ended());
    await vi.waitFor(() => expect(open()).toEqual([]));
  });
});

test('a reset forgets everything, and the next turn greets again', async () => {
  const session = await interview(user);
  const { leave } = await listen(user, session.id, { turns: 9 });
  await turn(user, session.id, () => begin(session.id));
  const words = 'I have baked sourdough bread since 2012.';
  const file = new Blob([await server.say(words)]);
  await turn(user, session.id, () => user.viva.uploadTurn(session.id, file, { fileName: 'turn.mp3' }));
  const said = (await messagesOf(server, session.id)).flatMap(({ audioId }) => audioId ?? []);
  const files = async () => {
    const names = await Promise.all(['replies', 'answers'].map((folder) => readdir(join(server.audioPath, folder))));
    return names.flat().filter((name) => said.some((id) => name.startsWith(id)));
  };
  expect(await files()).toHaveLength(3);
  expect(await user.viva.chat.reset.mutate({ sessionId: session.id })).toEqual({ reset: true });
  expect(await messagesOf(server, session.id)).toEqual([]);
  expect(await files()).toEqual([]);
  const { prisma } = server.deps.db;
  expect(await prisma.session.findUnique({ where: { id: session.id } })).toMatchObject({ interviewState: null });
  const { over } = await listen(user, session.id, { after: 0 });
  const { turnId } = await begin(session.id);
  const again = await over;
  leave();
  expect(again.filter((event) => event.turnId !== turnId)).toEqual([]);
  expect(again.find(({ type }) => type === 'reply-end')).toMatchObject({ text: expect.stringMatching(/^Welcome/) });
  expect(JSON.stringify(conversations().at(-1)?.body.messages)).not.toContain('sourdough');
});

test('two sessions of one user never mix', async () => {
  const [one, other] = [await interview(user, 2), await interview(user, 2)];
  await Promise.all([one, other].map(({ id }) => turn(user, id, () => begin(id))));
  const before = conversations().length;
  await Promise.all([
    turn(user, one.id, () => say(one.id, 'My example is about marzipan.')),
    turn(user, other.id, () => say(other.id, 'My example is about pretzels.')),
  ]);
  await turn(user, one.id, () => say(one.id, 'And it sold well.'));
  const prompts = conversations().slice(before);
  const of = (word: string) => prompts.filter(({ body }) => JSON.stringify(body.messages).includes(word));
  expect([of('marzipan').length, of('pretzels').length]).toEqual([2, 1]);
  expect(of('marzipan').filter((call) => of('pretzels').includes(call))).toEqual([]);
});

test('an interview in writing is closed by the interviewer, and judged question by question', async () => {
  const session = await interview(user, 2);
  let last = (await turn(user, session.id, () => begin(session.id))).at(-1);
  for (let turns = 0; turns < 14 && last?.type === 'turn-ended' && !last.interviewOver; turns++) {
    const text = `For example, number ${turns}: I planned the night shift of our bakery myself and cut waste by 20 percent.`;
    last = (await turn(user, session.id, () => say(session.id, text))).at(-1);
  }
  expect(last).toMatchObject({ type: 'turn-ended', interviewOver: true });
  expect(await user.viva.sessions.get.query({ sessionId: session.id })).toMatchObject({ state: 'ended' });
  const { prisma } = server.deps.db;
  const answers = await prisma.answer.findMany({ where: { question: { sessionId: session.id } } });
  expect(answers).toMatchObject([{ transcriptState: 'done' }, { transcriptState: 'done' }]);
  await expect(say(session.id, 'One more thing.')).rejects.toMatchObject({
    data: { error: { code: 'session_ended' } },
  });
  const report = () => user.viva.evaluation.get.query({ sessionId: session.id });
  await vi.waitFor(async () => expect(await report()).toMatchObject({ state: 'complete' }), { timeout: 15_000 });
});
