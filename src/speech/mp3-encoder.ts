import { Worker } from 'node:worker_threads';
import { type EncodingJob, type EncodingReply, encodingReplySchema } from './mp3-encoding-job.ts';

interface Thread {
  worker: Worker;
  encodings: Map<number, (reply: EncodingReply) => void>;
}

let thread: Thread | undefined;
let lastId = 0;

/** MP3 that nobody has read yet: half a minute. More PCM is taken once there is room. */
const mostWaitingBytes = 256 * 1024;

/**
 * Encodes 16-bit little-endian mono PCM at 24 kHz as MP3 (64 kbit/s, 24 kHz, mono), while it comes: no tag, no index,
 * whole frames. Each second of sound takes some 7 ms of computing (measured), so it is done in a thread, one for all
 * encodings. Throws what `pcm` throws; breaking off ends `pcm` with its next piece. No sound gives no bytes.
 */
export async function* encodeMp3(pcm: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoding = startEncoding();
  void feed(pcm, encoding);
  try {
    yield* encoding.mp3;
  } finally {
    encoding.stop();
  }
}

/** Starts the thread, so that the next encoding need not wait for it: loading the encoder takes half a second. */
export function prepareMp3Encoder(): void {
  thread ??= startThread();
}

interface Encoding {
  mp3: ReadableStream<Uint8Array>;
  /** Resolves once there is room for more; false when no more is wanted. */
  add(pcm: Uint8Array): Promise<boolean>;
  finish(): void;
  fail(error: unknown): void;
  stop(): void;
}

async function feed(pcm: AsyncIterable<Uint8Array>, encoding: Encoding): Promise<void> {
  try {
    for await (const piece of pcm) if (!(await encoding.add(piece))) return;
    encoding.finish();
  } catch (error) {
    encoding.fail(error);
  }
}

function startThread(): Thread {
  const worker = new Worker(new URL('./mp3-encoder-worker.ts', import.meta.url), { execArgv: [], env: {} });
  const started: Thread = { worker, encodings: new Map() };
  worker.unref();
  worker.on('message', (message: unknown) => {
    const reply = encodingReplySchema.parse(message);
    started.encodings.get(reply.id)?.(reply);
  });
  const fail = (error: unknown) => {
    if (thread === started) thread = undefined;
    for (const [id, answer] of started.encodings) answer({ id, kind: 'failed', reason: String(error) });
  };
  worker.on('error', fail);
  worker.on('exit', () => fail('the encoding thread ended'));
  return started;
}

function startEncoding(): Encoding {
  thread ??= startThread();
  const { worker, encodings } = thread;
  lastId += 1;
  const id = lastId;
  const send = (job: EncodingJob) => worker.postMessage(job);
  let taken = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let over = false;

  /** The one end of an encoding, however it comes. Whoever waits is let go. */
  function end(): boolean {
    if (over) return false;
    over = true;
    encodings.delete(id);
    if (encodings.size === 0) worker.unref();
    taken.resolve();
    room.resolve();
    return true;
  }
  function fail(error: unknown): void {
    if (end()) controller?.error(error);
  }

  const mp3 = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      pull: () => room.resolve(),
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: mostWaitingBytes }),
  );
  function stop(): void {
    if (end()) send({ id, kind: 'cancel' });
  }
  encodings.set(id, (reply) => {
    if (reply.kind === 'mp3') controller?.enqueue(reply.mp3);
    else if (reply.kind === 'taken') taken.resolve();
    else if (reply.kind === 'failed') fail(new Error(`the MP3 encoder failed: ${reply.reason}`));
    else if (end()) controller?.close();
  });
  worker.ref();
  return {
    mp3,
    async add(pcm) {
      if (over) return false;
      taken = Promise.withResolvers();
      send({ id, kind: 'add', pcm });
      await taken.promise;
      while (!over && (controller?.desiredSize ?? 1) <= 0) {
        room = Promise.withResolvers();
        await room.promise;
      }
      return !over;
    },
    finish: () => send({ id, kind: 'finish' }),
    fail(error) {
      if (over) return;
      send({ id, kind: 'cancel' });
      fail(error);
    },
    stop,
  };
}
