import { expect, test } from 'vitest';
import { startViva } from './support/viva.ts';

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
