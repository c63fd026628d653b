import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, listen, turn } from './talking.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const begin = (sessionId: string) => user.viva.chat.begin.mutate({ sessionId });
const say = (sessionId: string, text: string) => user.viva.chat.say.mutate({ sessionId, text });

test('a client that comes back with any id gets exactly the rest, also after a restart', async () => {
  const session = await interview(user);
  const { events, over } = await listen(user, session.id);
  await begin(session.id);
  await over;
  const rest = async (from: number) => {
    const again = await listen(user, session.id, { after: Number(events[from]?.id) });
    return again.over.then(() => again.events);
  };
  for (const from of events.keys()) {
    if (from < events.length - 1) expect(await rest(from)).toEqual(events.slice(from + 1));
  }
  await server.restart();
  expect(await rest(0)).toEqual(events.slice(1));
  expect(await rest(events.length - 3)).toEqual(events.slice(-2));
});

describe('a turn whose server stops', () => {
  it('in order is told to be failed, and can be tried again', async () => {
    const session = await interview(user);
    const { first, events, leave } = await listen(user, session.id);
    server.upstream.hold(({ schemaName }) => schemaName === 'text');
    await begin(session.id);
    await first('reply-started');
    leave();
    await server.restart();
    const after = Number(events[0]?.id);
    const told = await (await listen(user, session.id, { after })).over;
    expect(told.at(-1)).toMatchObject({ type: 'turn-failed', code: 'unavailable', retryable: true });
    expect((await turn(user, session.id, () => begin(session.id))).at(-1)).toMatchObject({ type: 'turn-ended' });
  });

  it('by dying is failed by the next one, once its lease is over', async () => {
    const session = await interview(user);
    const { prisma } = server.deps.db;
    await turn(user, session.id, () => begin(session.id));
    const leaseUntil = new Date(Date.now() - 1_000);
    const data = { sessionId: session.id, leaseUntil };
    // The row of the turn before is closed right after its last event.
    const lost = await vi.waitFor(() => prisma.turn.create({ data }));
    await expect(say(session.id, 'Hello')).rejects.toMatchObject({ data: { error: { code: 'conflict' } } });
    await server.restart();
    const told = await (await listen(user, session.id, { after: 0, turns: 2 })).over;
    expect(told.at(-1)).toMatchObject({ type: 'turn-failed', turnId: lost.id, stage: 'server', retryable: true });
    const next = await turn(user, session.id, () => say(session.id, 'I have an example.'));
    expect(next.at(-1)).toMatchObject({ type: 'turn-ended' });
  });
});
