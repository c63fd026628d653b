import { createReadStream } from 'node:fs';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { DomainError } from '../errors.ts';
import type { AudioKey } from './audio-storage.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { readFailure } from './s3-errors.ts';
import type { LocalFile } from './staging.ts';

/** The least that S3 allows. Twice this is the most that one upload holds in memory. */
const partBytes = 5 * 1024 * 1024;
const partsAtOnce = 2;

/** Two minutes, and what 200 kB/s need. */
const deadlineMs = (bytes: number) => 120_000 + bytes / 200;

/**
 * Uploads a local file; once this resolves, the object is durable. In parts when it has more than 5 MiB. S3 compares a
 * checksum of every part, or SHA-256 of the whole, with what it received, and takes no object in the place of another
 * (If-None-Match). Throws `conflict` when there is another one, `storage_full` or `unavailable`.
 */
export async function uploadFile(bucket: S3Bucket, key: AudioKey, file: LocalFile): Promise<void> {
  await bucket.ask(async () => {
    try {
      await send(bucket, key, file, { IfNoneMatch: '*' });
    } catch (error) {
      const { kind, name, told } = readFailure(error);
      // Some servers know no conditional writes. Keys are random: the condition only guards against our own mistakes.
      if (kind === 'unsupported') return send(bucket, key, file, {});
      // A repeated request finds what the first one has stored, when only its answer was lost.
      if (kind !== 'taken') throw error;
      if (await isStored(bucket, key, file)) return;
      if (name !== 'PreconditionFailed') throw error;
      throw new DomainError('conflict', 'This recording is stored already.', { cause: told });
    }
  });
}

async function send(
  { client, object }: S3Bucket,
  key: AudioKey,
  { path, bytes, sha256 }: LocalFile,
  condition: { IfNoneMatch?: string },
): Promise<void> {
  const body = createReadStream(path, { highWaterMark: 1 << 20 });
  const overdue = new AbortController();
  const timer = setTimeout(() => overdue.abort(), deadlineMs(bytes));
  try {
    await new Upload({
      client,
      params: {
        ...object(key),
        ...condition,
        Body: body,
        ContentLength: bytes,
        Metadata: { sha256 },
        // Of the whole there is one only when it goes as a whole; parts have a CRC-32 each, which the SDK adds.
        ...(bytes < partBytes && { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') }),
      },
      partSize: partBytes,
      queueSize: partsAtOnce,
      abortController: overdue,
    }).done();
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
}

async function isStored({ client, object }: S3Bucket, key: AudioKey, { bytes, sha256 }: LocalFile): Promise<boolean> {
  try {
    const { ContentLength, Metadata } = await client.send(new HeadObjectCommand(object(key)));
    return ContentLength === bytes && Metadata?.sha256 === sha256;
  } catch (error) {
    if (readFailure(error).kind === 'missing') return false;
    throw error;
  }
}
