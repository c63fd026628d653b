import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createVivaClient } from '../src/client.ts';

const entry = join(import.meta.dirname, '../src/server.ts');

let folder: string;
let port: number;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-server-'));
  port = await freePort();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** The real process, from an empty folder, with nothing configured but its port. */
function startServer(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [entry], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  return { child, said: () => output };
}

async function ready(): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await fetch(`${url}/health/ready`).catch(() => null);
    if (response?.ok) return url;
    await sleep(100);
  }
  throw new Error('the server did not become ready');
}

const stop = async (child: ChildProcess, signal: NodeJS.Signals) => {
  child.kill(signal);
  const [code] = await once(child, 'exit');
  return code;
};

test('starts from nothing, stops cleanly on Ctrl-C, and keeps sign-ins and data across a restart and a kill', async () => {
  const first = startServer();
  const url = await ready();
  expect(first.said()).toContain('OFFLINE DEMO');
  const { token, user } = await createVivaClient({ url }).auth.guest.mutate();
  expect(await stop(first.child, 'SIGINT')).toBe(0);

  const second = startServer();
  await ready();
  expect((await createVivaClient({ url, token }).auth.me.query()).id).toBe(user.id);
  await stop(second.child, 'SIGKILL');

  const third = startServer();
  await ready();
  expect((await createVivaClient({ url, token }).auth.me.query()).id).toBe(user.id);
  expect(await stop(third.child, 'SIGTERM')).toBe(0);
}, 90_000);

test('wrong settings stop the start with one line each, without repeating a value', async () => {
  const { child, said } = startServer({ PORT: 'many', JWT_SECRET: 'too-short-a-secret', DATABASE_URL: 'mysql://x' });
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(said().trim().split('\n')).toHaveLength(4);
  expect(said()).not.toMatch(/many|too-short|mysql/);
});

test('a port that is taken is said plainly', async () => {
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  const { child, said } = startServer();
  const [code] = await once(child, 'exit');
  holder.close();
  expect(code).toBe(1);
  expect(said()).toContain(`PORT ${port} is in use`);
  expect(said()).not.toContain('at Server');
}, 60_000);
