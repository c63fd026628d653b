import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '../../support/database.ts';
import { startScriptedUpstream } from '../../support/scripted-upstream.ts';

/** A server in a process of its own, so that its memory is its own. */
export interface ServerProcess extends AsyncDisposable {
  url: string;
  /** Resident memory now, in bytes. */
  residentBytes(): Promise<number>;
  /** The most it has been since `forgetPeak`, as the kernel counted it. */
  peakBytes(): Promise<number>;
  forgetPeak(): Promise<void>;
}

export async function startServerProcess(environment: Record<string, string> = {}): Promise<ServerProcess> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'viva-process-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const database = opened.use(await createTestDatabase());
  const upstream = opened.use(await startScriptedUpstream());
  const entry = fileURLToPath(new URL('../../../src/server.ts', import.meta.url));
  const child = spawn(process.execPath, [entry], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATABASE_URL: database.url,
      VIVA_DATA_PATH: join(folder, 'data'),
      AUDIO_STORAGE_PATH: join(folder, 'audio'),
      OPENAI_BASE_URL: upstream.url,
      OPENAI_API_KEY: upstream.apiKey,
      RATE_LIMIT_PER_MINUTE: '1000000',
      ...environment,
    },
  });
  const ended = once(child, 'exit');
  opened.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = await Promise.race([
    addressIn(createInterface(child.stdout)),
    ended.then(([code]) => Promise.reject(new Error(`the server ended with ${code}`))),
  ]);
  const status = async (field: string) => {
    const text = await readFile(`/proc/${child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
  };
  const stack = opened.move();
  return {
    url,
    residentBytes: () => status('VmRSS'),
    peakBytes: () => status('VmHWM'),
    // proc(5): 5 resets the peak resident set size.
    forgetPeak: () => writeFile(`/proc/${child.pid}/clear_refs`, '5'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function addressIn(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const [url] = /http:\/\/localhost:\d+/.exec(line) ?? [];
    if (url) return url.replace('localhost', '127.0.0.1');
  }
  throw new Error('the server did not say where it listens');
}
