import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { interview, messagesOf } from '../conversation/talking.ts';
import { createTestDatabase } from '../support/database.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type DatabaseLink, linkTo } from '../uploads/support/database-link.ts';
import { ask, talk } from './support/pass-through-client.ts';

const opened = new AsyncDisposableStack();
let link: DatabaseLink;
let server: Viva;
beforeAll(async () => {
  const database = opened.use(await createTestDatabase());
  link = opened.use(await linkTo(database.url));
  server = opened.use(await startViva({ DATABASE_URL: link.url }));
});
afterAll(() => opened.disposeAsync());

test('what is said while the database is away for a moment is kept', async () => {
  const user = await server.signIn();
  const session = await interview(user);
  const client = await talk(server.url, user.token, { query: { session_id: session.id } });
  server.upstream.replyNext('text', 'Why do you bake?');
  await link.cut();
  ask(client, 'Hello, I am ready.');
  await client.first('response.done');
  await link.mend();
  await vi.waitFor(async () => expect(await messagesOf(server, session.id)).toHaveLength(2), { timeout: 15_000 });
  expect(await messagesOf(server, session.id)).toMatchObject([
    { role: 'candidate', text: 'Hello, I am ready.' },
    { role: 'interviewer', text: 'Why do you bake?' },
  ]);
  client.socket.close();
});

test('an interview that is deleted meanwhile ends the conversation, and what it consumed stays booked', async () => {
  const user = await server.signIn();
  const session = await interview(user);
  const client = await talk(server.url, user.token, { query: { session_id: session.id } });
  client.send({ type: 'response.create' });
  await client.first('response.done');
  await user.viva.sessions.delete.mutate({ sessionId: session.id });
  expect((await client.closed).code).toBe(1008);
  expect(await client.error()).toMatchObject({ code: 'not_found' });
  const where = { userId: user.userId, capability: 'realtime' };
  const booked = await vi.waitFor(() => server.deps.db.prisma.usage.findFirstOrThrow({ where }), { timeout: 15_000 });
  expect(booked).toMatchObject({ sessionId: null });
});
