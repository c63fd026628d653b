import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVivaClient, type VivaClient } from '../../src/client.ts';

const entry = join(import.meta.dirname, '../../src/server.ts');
const startMs = 30_000;

/** A signed-in guest who agreed to being recorded. */
export interface Guest {
  token: string;
  userId: string;
  viva: VivaClient;
}

/** The product as `npm start` runs it, in a process that can be killed. */
export interface ServerProcess extends AsyncDisposable {
  url: string;
  pid: number;
  /** Everything it has logged. */
  said(): string;
  /** Resolves with the exit code, or null after a signal. */
  exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  signIn(live?: 'sse' | 'websocket'): Promise<Guest>;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port is free');
  return address.port;
}

/** Starts it and waits until it is ready. Throws with its log when it ends before, or is not ready in half a minute. */
export async function startServerProcess(folder: string, settings: Record<string, string>): Promise<ServerProcess> {
  const started = spawnServer(folder, { PORT: String(await freePort()), ...settings });
  const { server, child } = started;
  const until = Date.now() + startMs;
  while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
    const response = await fetch(`${server.url}/health/ready`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return server;
    await sleep(50);
  }
  await server.kill('SIGKILL');
  throw new Error(`the server did not become ready:\n${server.said()}`);
}

/** Starts it without waiting for anything: it may be meant to die during the start. `INSPECT` opens V8's inspector. */
export function spawnServer(
  folder: string,
  settings: Record<string, string>,
): { server: ServerProcess; child: ChildProcess } {
  const { INSPECT, ...environment } = settings;
  const child = spawn(process.execPath, [...(INSPECT ? ['--inspect=127.0.0.1:0'] : []), entry], {
    cwd: folder,
    env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', RATE_LIMIT_PER_MINUTE: '1000000', ...environment },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = once(child, 'exit').then(() => child.exitCode);
  const url = `http://127.0.0.1:${settings.PORT}`;
  const kill = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  };
  const server: ServerProcess = {
    url,
    pid: child.pid ?? 0,
    said: () => output,
    exited,
    kill,
    signIn: (live) => signIn(url, live),
    [Symbol.asyncDispose]: async () => void (await kill('SIGTERM')),
  };
  return { server, child };
}

async function signIn(url: string, live: 'sse' | 'websocket' = 'sse'): Promise<Guest> {
  const { token, user } = await createVivaClient({ url }).auth.guest.mutate();
  const viva = createVivaClient({ url, token, live });
  await viva.auth.consent.mutate();
  return { token, userId: user.id, viva };
}
