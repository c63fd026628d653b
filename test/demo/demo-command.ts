import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const demoFile = fileURLToPath(new URL('../../src/demo/demo.ts', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningDemo {
  child: ChildProcess;
  /** Resolves with everything printed so far once it contains the text; rejects when the demo ends before. */
  printed(text: string): Promise<string>;
  ended: Promise<Ended>;
}

/** A folder that is the demo's working folder and its place for temporary files, so that what it leaves is found. */
export interface DemoPlace extends AsyncDisposable {
  path: string;
  start(...args: string[]): RunningDemo;
  /** Living processes that work in the folder or name it: a server, its media workers, its PostgreSQL. */
  processes(): Promise<string[]>;
}

/** Without the developer's keys and servers. */
function environment(folder: string, added: Record<string, string>): Record<string, string | undefined> {
  const models = /^(OPENAI|FIREWORKS|CHAT|EVALUATE|TRANSCRIBE|SPEAK|REALTIME|LISTEN)_/;
  const kept = Object.entries(process.env).filter(([name]) => !models.test(name));
  return { ...Object.fromEntries(kept), TMPDIR: folder, ...added };
}

export async function demoPlace(settings: Record<string, string> = {}): Promise<DemoPlace> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'viva-demo-test-')));
  return {
    path,
    start: (...args) => start(path, args, settings),
    processes: () => processesOf(path),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args']);
  const lines = stdout.split('\n').slice(1).filter(Boolean);
  const involved = await Promise.all(
    lines.map(async (line) => {
      // Only Linux tells where a process works; the PostgreSQL is found everywhere.
      const workingFolder = await readlink(`/proc/${line.trim().split(' ')[0]}/cwd`).catch(() => '');
      return line.includes(folder) || workingFolder.startsWith(folder);
    }),
  );
  return lines.filter((_line, index) => involved[index]);
}

function start(folder: string, args: string[], settings: Record<string, string>): RunningDemo {
  const child = spawn(process.execPath, [demoFile, ...args], { cwd: folder, env: environment(folder, settings) });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out.stderr += text;
  });
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, ...out }));
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => out.stdout.includes(text) && resolve(out.stdout);
        child.stdout.on('data', look);
        child.once('close', () => reject(new Error(`The demo ended before it printed “${text}”: ${out.stdout}`)));
        look();
      }),
  };
}
