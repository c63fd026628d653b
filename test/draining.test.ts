import { expect, test, vi } from 'vitest';
import { startViva } from './support/viva.ts';
import { bearer, connect, subscribe } from './trpc/raw-socket.ts';

test('a server that stops ends its streams with an error that says to come back, and its background work', async () => {
  const server = await startViva();
  try {
    const { viva } = await server.signIn();
    const session = await viva.sessions.create.mutate({ jobDescription: 'Developer', questionCount: 1 });
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<unknown>();
    viva.evaluation.onProgress.subscribe(
      { sessionId: session.id },
      {
        onData: () => opened.resolve(),
        onError: ended.resolve,
        onComplete: () => ended.resolve('completed'),
        onConnectionStateChange: (state) => state.error && ended.resolve(state.error),
      },
    );
    await opened.promise;
    await Promise.all([server.app.close(), server.deps.background.drain(1_000)]);
    expect(String(await ended.promise)).toMatch(/restarting|connect/i);
    expect(server.deps.background.run('too late', async () => {})).toBe(false);
  } finally {
    await server.close();
  }
});

test('a server that stops tells subscriptions over WebSockets to come back, closes their sockets, and refuses others', async () => {
  const server = await startViva();
  try {
    const { viva, token } = await server.signIn();
    const session = await viva.sessions.create.mutate({ jobDescription: 'Developer', questionCount: 1 });
    const [listening, idle, deaf] = await Promise.all([1, 2, 3].map(() => connect(server.url, bearer(token))));
    listening?.send(subscribe(1, session.id));
    await listening?.next(() => true);
    // This one will not answer the close frame.
    deaf?.socket.pause();
    await Promise.all([server.app.close(), server.deps.background.drain(1_000)]);
    const restarting = { code: 1012, reason: expect.stringMatching(/^unavailable: .*restarting/) };
    expect(await Promise.all([listening?.closed, idle?.closed])).toEqual([restarting, restarting]);
    expect(listening?.messages[1]).toMatchObject({ id: 1, error: { data: { error: { code: 'unavailable' } } } });
    deaf?.socket.terminate();
    await vi.waitFor(() => expect(server.app.websocketServer.clients.size).toBe(0));
  } finally {
    await server.close();
  }
});
