import { join, resolve } from 'node:path';
import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { DomainError } from '../errors.ts';
import { checkedKey } from './audio-keys.ts';
import type { AudioKey, AudioStorage } from './audio-storage.ts';
import { openFile, sizeOfFile, streamFile } from './disk-reading.ts';
import { openBucket, type S3Bucket, type S3Settings } from './s3-bucket.ts';
import { checkBucket } from './s3-check.ts';
import { readFailure } from './s3-errors.ts';
import { createGrowingFiles } from './s3-growing.ts';
import { abortAbandonedUploads, listKeys } from './s3-listing.ts';
import { presignedReads } from './s3-presigned.ts';
import { fetchObject, openObject, streamObject } from './s3-reading.ts';
import { uploadFile } from './s3-upload.ts';
import { createStaging, type LocalFile, type StorageLog, stagedAudio } from './staging.ts';

export interface S3StorageOptions extends S3Settings {
  /** A local folder: in its `tmp` lie recordings that are not accepted yet, and replies while they are spoken. */
  root: string;
  /** Lets readers be sent to S3 itself. */
  presignedReads: boolean;
  log?: StorageLog;
}

/**
 * Audio in a bucket of S3 or of a server that speaks its protocol. What arrives lies on the local disk until it is
 * accepted. Throws `S3SettingsError` when the bucket cannot be used with these settings. The operations throw
 * `storage_full` and `unavailable` besides what the interface names.
 */
export async function createS3Storage({ root, log, ...options }: S3StorageOptions): Promise<AudioStorage> {
  const bucket = openBucket(options, log);
  await checkBucket(bucket);
  const staging = createStaging(join(resolve(root), 'tmp'), log);
  const keep = async (key: AudioKey, file: LocalFile) => {
    await uploadFile(bucket, checkedKey(key), file);
    await staging.remove(file.path);
  };
  const growing = createGrowingFiles(staging, (key, file) => uploadFile(bucket, key, file));

  /** From the local file while it grows; it may be uploaded and gone between asking and opening. */
  const read = async <T>(key: AudioKey, local: (path: string) => Promise<T>, remote: () => Promise<T>): Promise<T> => {
    const path = growing.pathOf(checkedKey(key));
    if (path === undefined) return remote();
    try {
      return await local(path);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'gone' && growing.pathOf(key) !== path) return remote();
      throw error;
    }
  };
  const size = (key: AudioKey) => read(key, sizeOfFile, () => sizeOfObject(bucket, key));

  return {
    stage: async (source, stageOptions) => stagedAudio(staging, await staging.write(source, stageOptions), keep),

    grow: async (key) => {
      if ((await size(key)) !== null) throw new DomainError('conflict', 'This recording is stored already.');
      return growing.begin(key);
    },

    open: (key, range) =>
      read(
        key,
        (path) => streamFile(path, range),
        () => streamObject(bucket, key, range),
      ),

    file: (key, range) => read(key, openFile, () => openObject(bucket, key, range)),

    local: async (key) => {
      const { path } = await fetchObject(bucket, checkedKey(key), staging);
      return { path, [Symbol.asyncDispose]: () => staging.remove(path) };
    },

    size,

    delete: async (key) => {
      const object = bucket.object(checkedKey(key));
      await bucket.ask(() => bucket.client.send(new DeleteObjectCommand(object)));
    },

    async *keys() {
      const keys = listKeys(bucket);
      for (;;) {
        const { value, done } = await bucket.ask(() => keys.next());
        if (done) return;
        yield value;
      }
    },

    sweepStaged: async () => {
      const local = await staging.sweep();
      return local + (await bucket.ask(() => abortAbandonedUploads(bucket)));
    },

    ...(options.presignedReads && {
      direct: await presignedReads(bucket, (key) => growing.pathOf(key) !== undefined),
    }),
  };
}

async function sizeOfObject({ client, object, ask }: S3Bucket, key: AudioKey): Promise<number | null> {
  return ask(async () => {
    try {
      return (await client.send(new HeadObjectCommand(object(key)))).ContentLength ?? 0;
    } catch (error) {
      if (readFailure(error).kind === 'missing') return null;
      throw error;
    }
  });
}
