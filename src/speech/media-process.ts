import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { DomainError } from '../errors.ts';
import { type MediaJob, replySchema } from './media-jobs.ts';
import { createPlaces, type Places } from './places.ts';
import { damagedRecording } from './recording-refusals.ts';

export class MediaTimeoutError extends Error {
  override readonly name = 'MediaTimeoutError';
}

/** A process that has had nothing to do for so long gives its memory back. */
const idleMs = 5 * 60_000;
const workerPath = fileURLToPath(new URL('./media-worker.ts', import.meta.url));

interface Lane {
  places: Places;
  /** Processes without work, each with the timer that will end it. */
  idle: Map<ChildProcess, NodeJS.Timeout>;
}

/** Judging an upload takes milliseconds and must not wait for minutes of decoding: each has places of its own. */
const quick: Lane = { places: createPlaces(2), idle: new Map() };
const slow: Lane = { places: createPlaces(2), idle: new Map() };
const laneOf = { inspect: quick, listen: quick, decode: quick, locate: slow, shrink: slow };

/** Resolves when the process listens, so that no deadline counts its start: a third of a second, more on a busy machine. */
async function start({ idle }: Lane): Promise<ChildProcess> {
  // No setting and no secret of the server goes along.
  const kept = ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP', 'HOME'];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.includes(name)));
  const child = fork(workerPath, { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.on('exit', () => {
    clearTimeout(idle.get(child));
    idle.delete(child);
  });
  // Whoever waits for an answer hears of errors too; without work there is nobody to tell.
  child.on('error', () => idle.delete(child));
  try {
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('it ended at once'))),
    ]);
  } catch (error) {
    child.kill('SIGKILL');
    throw new DomainError('unavailable', 'The server cannot examine recordings just now. Try again in a minute.', {
      cause: error,
      retryAfterMs: 60_000,
    });
  }
  return child;
}

/** Keeps a process for the next job, without keeping the server alive for it. */
function rest(child: ChildProcess, { idle }: Lane): void {
  child.unref();
  child.channel?.unref();
  idle.set(child, setTimeout(() => child.kill('SIGKILL'), idleMs).unref());
}

async function wake(lane: Lane): Promise<ChildProcess> {
  for (const [child, timer] of lane.idle) {
    clearTimeout(timer);
    lane.idle.delete(child);
    if (!child.connected) continue;
    child.ref();
    child.channel?.ref();
    return child;
  }
  return start(lane);
}

/** Sends the job and waits for its answer. However it ends otherwise, the process is gone afterwards. */
async function ask(child: ChildProcess, job: MediaJob, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const abort = () => reject(signal?.reason);
  const exited = (code: number | null, by: string | null) =>
    reject(damagedRecording('it cannot be read', new Error(`media process ended: ${by ?? code}`)));
  const timer = setTimeout(() => reject(new MediaTimeoutError(`not done within ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  child.once('message', resolve).once('exit', exited).once('error', reject);
  if (signal?.aborted) abort();
  try {
    child.send(job);
    return await promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    child.off('message', resolve).off('exit', exited).off('error', reject);
  }
}

/**
 * Works on a recording in a process of its own: bytes that crash a decoder or send a parser in circles end that process, not
 * the server. Throws the job's refusals, `recording_damaged` when the process fell, `MediaTimeoutError`, or the signal's reason.
 */
export async function runMediaJob<T>(
  job: MediaJob,
  resultSchema: z.ZodType<T>,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<T> {
  const lane = laneOf[job.kind];
  using _place = await lane.places.take(signal);
  const child = await wake(lane);
  const reply = replySchema.parse(await ask(child, job, timeoutMs, signal));
  rest(child, lane);
  if ('refusal' in reply) throw new DomainError(reply.refusal.code, reply.refusal.message);
  if ('failure' in reply) throw damagedRecording('it cannot be read', new Error(reply.failure));
  return resultSchema.parse(reply.result);
}
