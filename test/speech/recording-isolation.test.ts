import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasSpeech } from '../../src/speech/recording.ts';
import { type Folder, speechLike, temporaryFolder, wav } from '../support/audio-fixtures.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process is the answer that is asked for.
    return false;
  }
};

// A pipe that nobody writes to is read forever.
describe.skipIf(process.platform === 'win32')('recordings are examined in a process of their own', () => {
  it('goes on after files that hang, more of them than there are processes', async () => {
    const pipe = join(folder.path, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const signal = AbortSignal.timeout(400);
    const hanging = await Promise.allSettled(Array.from({ length: 5 }, () => hasSpeech(pipe, { signal })));
    for (const outcome of hanging) expect(outcome).toMatchObject({ status: 'rejected', reason: signal.reason });
    await expect(hasSpeech(await folder.write(wav(speechLike(500))))).resolves.toBe(true);
  });

  it('leaves no process behind when the server is killed', async () => {
    const path = await folder.write(wav(speechLike(500)));
    const recording = fileURLToPath(new URL('../../src/speech/recording.ts', import.meta.url));
    const script = `const { hasSpeech } = await import(${JSON.stringify(recording)});
      const { spawnSync } = await import('node:child_process');
      await hasSpeech(${JSON.stringify(path)});
      console.log(spawnSync('pgrep', ['-P', String(process.pid), '-f', 'media-worker']).stdout.toString().trim());
      setInterval(() => {}, 1000);`;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await once(server.stdout, 'data');
    const worker = Number(String(output).trim());
    expect(isRunning(worker)).toBe(true);
    server.kill('SIGKILL');
    for (let waits = 0; waits < 100 && isRunning(worker); waits++) await sleep(50);
    expect(isRunning(worker)).toBe(false);
  });
});
