import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, listen, messagesOf } from './talking.ts';

const words = 'I baked bread for ten years.';
let server: Viva;
let user: SignedIn;
let recording: Blob;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
  recording = new Blob([await server.say(words)]);
});
afterAll(() => server?.close());

const refusal = (status: number, code: string) => ({ data: { httpStatus: status, error: { code } } });
const say = (sessionId: string, text = words) => user.viva.chat.say.mutate({ sessionId, text });
const upload = (sessionId: string) => user.viva.uploadTurn(sessionId, recording, { fileName: 'turn.mp3' });
const begin = (sessionId: string) => user.viva.chat.begin.mutate({ sessionId });
const turnsOf = (sessionId: string) => server.deps.db.prisma.turn.count({ where: { sessionId } });

describe('a turn that is refused', () => {
  it('is 404 in the session of somebody else, and 409 in one that has ended', async () => {
    const session = await interview(user);
    const stranger = await server.signIn();
    const theirs = { sessionId: session.id };
    const { begin, say: sayTo, interrupt, reset } = stranger.viva.chat;
    const tries = [
      () => begin.mutate(theirs),
      () => sayTo.mutate({ ...theirs, text: words }),
      () => interrupt.mutate({ ...theirs, heardMs: 1 }),
      () => reset.mutate(theirs),
    ];
    for (const attempt of tries) await expect(attempt()).rejects.toMatchObject(refusal(404, 'not_found'));
    await expect(stranger.viva.uploadTurn(session.id, recording)).rejects.toMatchObject({ status: 404 });
    await user.viva.sessions.end.mutate(theirs);
    await expect(say(session.id)).rejects.toMatchObject(refusal(409, 'session_ended'));
    await expect(upload(session.id)).rejects.toMatchObject({ status: 409, code: 'session_ended' });
    expect(await turnsOf(session.id)).toBe(0);
  });

  it('is 400 when the text is empty, blank or 100 kB long', async () => {
    const session = await interview(user);
    for (const text of ['', ' \n\t ', 'bread '.repeat(17_000)]) {
      await expect(say(session.id, text)).rejects.toMatchObject(refusal(400, 'invalid_input'));
    }
    expect(await turnsOf(session.id)).toBe(0);
  });

  it('is 409 while another runs, however it is said, and leaves nothing', async () => {
    const session = await interview(user);
    const gate = server.upstream.hold(({ schemaName }) => schemaName === 'text');
    const { over } = await listen(user, session.id);
    await begin(session.id);
    await gate.full;
    await expect(say(session.id)).rejects.toMatchObject(refusal(409, 'conflict'));
    await expect(begin(session.id)).rejects.toMatchObject(refusal(409, 'conflict'));
    await expect(upload(session.id)).rejects.toMatchObject({ status: 409, code: 'conflict' });
    gate.open();
    expect((await over).at(-1)).toMatchObject({ type: 'turn-ended' });
    expect(await messagesOf(server, session.id)).toMatchObject([{ role: 'interviewer' }]);
    expect(await server.deps.db.prisma.audioFile.count({ where: { kind: 'answer' } })).toBe(0);
  });
});
