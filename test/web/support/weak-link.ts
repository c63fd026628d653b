import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface WeakLink extends AsyncDisposable {
  url: string;
  /** Resolves once the server has been given the first bytes of an upload's body. */
  stuck: Promise<void>;
}

/** More than the headers of a request have, less than a recording. */
const passedBytes = 12_000;

/** A way to the server on which the first upload gets stuck in the middle, until its sender hangs up. */
export async function weakLink(server: { url: string }): Promise<WeakLink> {
  const { hostname, port } = new URL(server.url);
  const { promise: stuck, resolve } = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  let uploads = 0;
  const relay = createServer((browser) => {
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [browser, upstream],
      [upstream, browser],
    ] as const) {
      sockets.add(socket);
      // Told by `close` as well.
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    let left = Number.POSITIVE_INFINITY;
    browser.on('data', (bytes) => {
      if (bytes.includes('PATCH /upload/resumable/') && ++uploads === 1) left = passedBytes;
      upstream.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) resolve();
      left = Math.max(0, left);
    });
    upstream.pipe(browser);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('the link has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stuck,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      relay.close();
      await once(relay, 'close');
    },
  };
}
