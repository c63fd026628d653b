/** The entry of the hashing thread: see `hashing.ts`. */
import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { hashJobSchema } from './hash-job.ts';

const hashes = new Map<number, Hash>();

parentPort?.on('message', (message: unknown) => {
  const { id, bytes, last } = hashJobSchema.parse(message);
  const hash = hashes.get(id) ?? createHash('sha256');
  hashes.set(id, hash);
  if (bytes) hash.update(bytes);
  if (last) hashes.delete(id);
  parentPort?.postMessage({ id, digest: last ? hash.digest('hex') : null });
});
