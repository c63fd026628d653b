import { Worker } from 'node:worker_threads';
import { type HashJob, hashReplySchema } from './hash-job.ts';

/** SHA-256 of bytes that come in pieces, computed in a thread of its own: it would take a third of the main one's time. */
export interface Hashing {
  /** Resolves once the piece is hashed. It lies in shared memory: leave it alone until then. One at a time. */
  update(bytes: Uint8Array<SharedArrayBuffer>): Promise<void>;
  /** Lower-case hex. Call it once, also when the upload broke off. */
  digest(): Promise<string>;
}

interface Thread {
  worker: Worker;
  waiting: Map<number, PromiseWithResolvers<string | null>>;
}

let thread: Thread | undefined;
let lastId = 0;

/** Started with the first upload that needs it; it keeps no process alive that has nothing else to do. */
function startThread(): Thread {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { execArgv: [], env: {} });
  const started: Thread = { worker, waiting: new Map() };
  worker.unref();
  worker.on('message', (message: unknown) => {
    const { id, digest } = hashReplySchema.parse(message);
    const reply = started.waiting.get(id);
    started.waiting.delete(id);
    if (started.waiting.size === 0) worker.unref();
    reply?.resolve(digest);
  });
  const fail = (error: unknown) => {
    if (thread === started) thread = undefined;
    for (const reply of started.waiting.values()) reply.reject(error);
    started.waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the hashing thread ended')));
  return started;
}

export function startHashing(): Hashing {
  thread ??= startThread();
  const { worker, waiting } = thread;
  lastId += 1;
  const id = lastId;
  const send = (job: Omit<HashJob, 'id'>): Promise<string | null> => {
    const reply = Promise.withResolvers<string | null>();
    waiting.set(id, reply);
    worker.ref();
    worker.postMessage({ id, ...job });
    return reply.promise;
  };
  return {
    update: async (bytes) => {
      await send({ bytes, last: false });
    },
    digest: async () => (await send({ bytes: null, last: true })) ?? '',
  };
}
