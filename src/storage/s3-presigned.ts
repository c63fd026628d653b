import { basename } from 'node:path/posix';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { AudioKey, DirectReads } from './audio-storage.ts';
import type { S3Bucket } from './s3-bucket.ts';

/** A player asks the address it was sent to for every further range: it has to last for a listening. */
const expiresAfterSeconds = 15 * 60;

/** `isLocal` tells of files that are not in the bucket yet. */
export async function presignedReads(bucket: S3Bucket, isLocal: (key: AudioKey) => boolean): Promise<DirectReads> {
  const sign = (key: AudioKey, mimeType: string) =>
    bucket.ask(() =>
      getSignedUrl(
        bucket.client,
        new GetObjectCommand({
          ...bucket.object(key),
          ResponseContentType: mimeType,
          ResponseContentDisposition: `inline; filename="${basename(key)}"`,
          ResponseCacheControl: 'private, max-age=31536000, immutable',
        }),
        { expiresIn: expiresAfterSeconds },
      ),
    );
  const { origin } = new URL(await sign('replies/00000000-0000-0000-0000-000000000000.mp3', 'audio/mpeg'));
  return {
    origin,
    address: async (key, mimeType) => (isLocal(key) ? null : sign(key, mimeType)),
  };
}
