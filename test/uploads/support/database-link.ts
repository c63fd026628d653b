import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The wire between a server and its database, to be cut. */
export interface DatabaseLink extends AsyncDisposable {
  /** The database's address through this link. */
  url: string;
  /** Ends every connection; new ones are refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** The next COMMIT reaches the database; what it says to it does not come back. */
  loseNextCommit(): void;
}

export async function linkTo(databaseUrl: string): Promise<DatabaseLink> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let losing = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port || 5432), target.hostname);
    let lost = false;
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    near.on('data', (bytes) => {
      if (losing && /commit/i.test(bytes.toString('latin1'))) {
        losing = false;
        lost = true;
      }
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (lost) near.resetAndDestroy();
      else near.write(bytes);
    });
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const cut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  return {
    url: url.href,
    cut,
    mend: () => listen(port),
    loseNextCommit: () => {
      losing = true;
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await cut();
    },
  };
}
