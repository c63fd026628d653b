import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioKey, AudioStorage } from '../../src/storage/audio-storage.ts';
import { createS3Storage, type S3StorageOptions } from '../../src/storage/s3.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import type { StorageUnderTest } from './contract.ts';

export interface S3UnderTest extends StorageUnderTest {
  server: S3Server;
  logged: string[];
  /** Another storage on the same server and folder. */
  again(changed?: Partial<S3StorageOptions>): Promise<AudioStorage>;
}

/** A storage on a stand-in of its own. */
export async function createS3(
  changed: Partial<S3StorageOptions> = {},
  options: { conditionalWrites?: boolean } = {},
): Promise<S3UnderTest> {
  const root = await mkdtemp(join(tmpdir(), 'viva-s3-'));
  const server = await startS3Server(options);
  const tmp = join(root, 'tmp');
  const logged: string[] = [];
  const log = {
    warn: (_details: object, message: string) => logged.push(message),
    error: (_details: object, message: string) => logged.push(message),
  };
  const again = ({ ...more }: Partial<S3StorageOptions> = {}) =>
    createS3Storage({
      root,
      bucket: server.bucket,
      region: server.key.region,
      endpoint: server.url,
      credentials: server.key,
      prefix: 'viva/tests',
      forcePathStyle: true,
      presignedReads: false,
      log,
      ...changed,
      ...more,
    });
  return {
    server,
    logged,
    again,
    storage: await again(),
    stagedFiles: async () => (existsSync(tmp) ? (await readdir(tmp)).length : 0),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

export const newKey = (): AudioKey => `answers/${randomUUID()}.webm`;
export const stage = ({ storage }: S3UnderTest, bytes: Uint8Array) =>
  storage.stage(once(bytes), { maxBytes: 100_000_000 });

export async function store(under: S3UnderTest, bytes: Uint8Array): Promise<AudioKey> {
  const key = newKey();
  await (await stage(under, bytes)).commit(key);
  return key;
}
