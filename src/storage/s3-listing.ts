import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { isAudioKey } from './audio-keys.ts';
import type { AudioKey } from './audio-storage.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { readFailure } from './s3-errors.ts';

/** Longer than any upload may take: nobody is working on it any more, on no server. */
const abandonedAfterMs = 60 * 60_000;

/** Aborts uploads in parts that were begun more than an hour ago; their parts are paid for until then. Returns how many. */
export async function abortAbandonedUploads({ client, name, prefix }: S3Bucket): Promise<number> {
  let aborted = 0;
  let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: prefix, ...from }));
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      const isOurs = Key !== undefined && isAudioKey(Key.slice(prefix.length));
      if (!isOurs || !Initiated || Date.now() - Initiated.getTime() < abandonedAfterMs) continue;
      try {
        await client.send(new AbortMultipartUploadCommand({ Bucket: name, Key, UploadId }));
        aborted += 1;
      } catch (error) {
        // Another server was faster.
        if (readFailure(error).name !== 'NoSuchUpload') throw error;
      }
    }
    if (!page.IsTruncated) return aborted;
    from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}

/** Every key of ours in the bucket. */
export async function* listKeys({ client, name, prefix }: S3Bucket): AsyncGenerator<AudioKey> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket: name, Prefix: prefix })) {
    for (const { Key } of page.Contents ?? []) {
      const key = Key?.slice(prefix.length) ?? '';
      if (isAudioKey(key)) yield key;
    }
  }
}
