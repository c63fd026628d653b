import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** `npm start` with nothing configured: the offline demo, on a free port and in a folder that goes with it. */
export async function startDemoServer(): Promise<{ url: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'viva-demo-'));
  const env = {
    ...process.env,
    PORT: '0',
    VIVA_DATA_PATH: join(folder, 'data'),
    AUDIO_STORAGE_PATH: join(folder, 'audio'),
    OPENAI_API_KEY: '',
    OPENAI_BASE_URL: '',
    DATABASE_URL: '',
  };
  const server = spawn(process.execPath, ['src/server.ts'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGTERM');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /listening at (http:\/\/[^\s"]+)/.exec(line)?.[1];
    if (url) {
      server.stdout.resume();
      return { url, [Symbol.asyncDispose]: stop };
    }
  }
  await stop();
  throw new Error('The server did not start.');
}
