/**
 * Loaded before a server (`--import`): lets calls to the disk below one folder fail when told to, over a socket. The
 * server's own code knows nothing of it, and its worker threads and child processes are left alone.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import { basename, dirname, extname, relative } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';
import { commandSchema } from './commands.ts';

const { FAULTS_SOCKET: socketPath, FAULTS_FOLDER: folder } = process.env;

type AnyCall = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** What was called since the last command, in order: `rename tmp/*.part`. */
const calls: string[] = [];
let failing: { call: string; occurrence: number; code: string } | null = null;
let seen = 0;

/** Names without what is different each time. Null: it is not our folder's business. */
function labelOf(operation: string, path: unknown): string | null {
  if (typeof path !== 'string' || !folder || !path.startsWith(folder)) return null;
  const inside = relative(folder, path);
  const name = extname(inside) ? `${dirname(inside)}/*${extname(inside)}` : inside || '.';
  return `${operation} ${name}`;
}

/** Whether this call is to fail, and with what. */
function failureOf(call: string | null): Error | null {
  if (call === null) return null;
  calls.push(call);
  if (failing?.call !== call) return null;
  seen += 1;
  if (seen !== failing.occurrence) return null;
  const { code } = failing;
  return Object.assign(new Error(`${code}: scripted, ${call}`), { code, syscall: call.split(' ')[0] });
}

const pathsOfHandles = new WeakMap<object, string>();
const pathOperations = ['open', 'rename', 'rm', 'unlink', 'mkdir', 'readdir', 'opendir'] as const;
const handleOperations = ['write', 'sync', 'datasync', 'truncate'];

async function install(): Promise<void> {
  const promises: Record<string, unknown> = z.record(z.string(), z.unknown()).parse({ ...fs.promises });
  for (const operation of pathOperations) {
    const original = callable(promises[operation]);
    const replaced: AnyCall = async function (this: unknown, ...args) {
      const failure = failureOf(labelOf(operation, args[0]));
      if (failure) throw failure;
      const result = await original.apply(this, args);
      if (operation === 'open' && typeof result === 'object' && result) watchHandle(result, String(args[0]));
      return result;
    };
    Reflect.set(fs.promises, operation, replaced);
  }
  const handle = await fs.promises.open(process.execPath, 'r');
  const prototype: object = Object.getPrototypeOf(handle);
  await handle.close();
  for (const operation of handleOperations) {
    const original = callable(Reflect.get(prototype, operation));
    const replaced: AnyCall = async function (this: unknown, ...args) {
      const path = typeof this === 'object' && this ? pathsOfHandles.get(this) : undefined;
      const failure = failureOf(labelOf(operation, path));
      if (failure) throw failure;
      return original.apply(this, args);
    };
    Reflect.set(prototype, operation, replaced);
  }
  syncBuiltinESMExports();
}

/** `close` is each handle's own. */
function watchHandle(handle: object, path: string): void {
  pathsOfHandles.set(handle, path);
  const close = callable(Reflect.get(handle, 'close'));
  const replaced: AnyCall = async function (this: unknown, ...args) {
    const failure = failureOf(labelOf('close', path));
    // The kernel lets go of a descriptor even when it tells of an error.
    const result = await close.apply(this, args);
    if (failure) throw failure;
    return result;
  };
  Reflect.set(handle, 'close', replaced);
}

function callable(value: unknown): AnyCall {
  if (typeof value !== 'function') throw new Error('this version of Node has no such call');
  return function (this: unknown, ...args) {
    return Reflect.apply(value, this, args);
  };
}

function listen(path: string): void {
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      const command = commandSchema.parse(JSON.parse(bytes.toString()));
      socket.end(JSON.stringify({ calls: calls.splice(0), met: failing !== null && seen >= failing.occurrence }));
      failing = command.fail;
      seen = 0;
    });
  });
  server.listen(path).unref();
}

if (isMainThread && socketPath && folder && basename(process.argv[1] ?? '') === 'server.ts') {
  delete process.env.NODE_OPTIONS;
  delete process.env.FAULTS_SOCKET;
  await install();
  listen(socketPath);
}
