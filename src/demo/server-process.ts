import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../config.ts';

/** A Viva server that belongs to the demo and ends with it. */
export interface ServerProcess {
  url: string;
  /** Kept after the demo: it has the audio and the log. */
  folder: string;
  audioFolder: string;
  logFile: string;
  /** Rejects when the server ends before it is told to. */
  failed: Promise<never>;
  /** Lets the server and its PostgreSQL end in order. The database goes with them; on a failure it stays, to look into. */
  stop(outcome: 'finished' | 'failed'): Promise<void>;
}

const stopDeadlineMs = 30_000;
const serverFile = fileURLToPath(new URL('../server.ts', import.meta.url));
const stopWithDemo = new URL('./stop-with-demo.ts', import.meta.url).href;

/** The demo's server is its own: what is set for another one must not reach it. Which models serve is passed through. */
const foreign =
  /^(PORT|HOST|PUBLIC_URL|CORS_ORIGINS|TRUST_PROXY|LOG_LEVEL|DATABASE_\w+|VIVA_\w+|JWT_SECRET|ALLOW_GUESTS|AUTH_\w+|AUDIO_\w+|MAX_\w+|EVALUATION_CONCURRENCY|SUPPORTED_AUDIO_FORMATS|RATE_LIMIT_PER_MINUTE)$/;

/** Which models serve, and where. */
const upstreams = /^(OPENAI|FIREWORKS|CHAT|EVALUATE|TRANSCRIBE|SPEAK|REALTIME|LISTEN)_/;

function environment(own: Record<string, string>, upstream: Upstream | null): Record<string, string | undefined> {
  const isLeftOut = (name: string) => foreign.test(name) || (upstream !== null && upstreams.test(name));
  const kept = Object.entries(readEnvironment()).filter(([name]) => !isLeftOut(name));
  const models = upstream && { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: upstream.apiKey };
  return { ...Object.fromEntries(kept), ...models, ...own };
}

/** Who answers for the models, for every capability alike. */
interface Upstream {
  url: string;
  apiKey: string;
}

/** Starts the process on a free port, with its own upstream or the one set; `untilReady` tells when it can be used. */
export async function startServerProcess(upstream: Upstream | null = null): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'viva-demo-'));
  const [dataFolder, audioFolder] = [join(folder, 'data'), join(folder, 'audio-storage')];
  const logFile = join(folder, 'server.log');
  await mkdir(audioFolder, { mode: 0o700 });
  // For root PostgreSQL may have to run as somebody else, who must be able to pass through.
  if (process.getuid?.() === 0) await chmod(folder, 0o711);
  const port = await freePort();
  await using log = await open(logFile, 'a');
  const child = spawn(process.execPath, ['--import', stopWithDemo, serverFile], {
    cwd: folder,
    env: environment(
      { PORT: String(port), HOST: '127.0.0.1', VIVA_DATA_PATH: dataFolder, AUDIO_STORAGE_PATH: audioFolder },
      upstream,
    ),
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    // In a group of its own: Ctrl-C reaches the demo alone, which then ends the server once and in order.
    detached: true,
    windowsHide: true,
  });
  const ended = endOf(child);
  const failed = ended.then(() => Promise.reject(new Error('The server stopped by itself.')));
  // Nobody may be waiting for it at the moment that it happens.
  failed.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    audioFolder,
    logFile,
    failed,
    async stop(outcome) {
      if (child.connected) child.disconnect();
      const overdue = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
      await ended;
      clearTimeout(overdue);
      if (outcome === 'finished') await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the process is gone, or could not be started. */
async function endOf(child: ChildProcess): Promise<void> {
  await Promise.race([once(child, 'exit'), new Promise((resolve) => child.once('error', resolve))]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
