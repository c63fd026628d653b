import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-bucket.ts';
import { readFailure, S3SettingsError } from './s3-errors.ts';

const mistakes: Record<string, string> = {
  NoSuchBucket: 'S3_BUCKET: there is no such bucket; create it first, or look at S3_REGION and S3_ENDPOINT',
  InvalidBucketName: 'S3_BUCKET is not a name that a bucket can have',
  PermanentRedirect: 'S3_REGION is not the one of the bucket',
  AuthorizationHeaderMalformed: 'S3_REGION is not the one of the bucket',
  InvalidAccessKeyId: 'S3_ACCESS_KEY_ID is unknown to the S3 server',
  SignatureDoesNotMatch: 'S3_SECRET_ACCESS_KEY does not belong to S3_ACCESS_KEY_ID',
  RequestTimeTooSkewed: 'the clock of this machine is wrong: S3 refuses its signatures',
  CredentialsProviderError: 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are unset, and the AWS SDK finds no credentials',
};

/**
 * Lists one key of the bucket, which shows whether it is there and whether it may be used. Without the right to list,
 * S3 would also answer 403 for a recording that is gone. Throws `S3SettingsError` with what to set.
 */
export async function checkBucket({ client, name, prefix }: S3Bucket): Promise<void> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket: name, Prefix: prefix, MaxKeys: 1 }));
  } catch (error) {
    const { kind, name: told, told: cause } = readFailure(error);
    throw new S3SettingsError(mistakes[told] ?? otherwise(kind, cause.message), { cause });
  }
}

function otherwise(kind: ReturnType<typeof readFailure>['kind'], message: string): string {
  if (kind === 'denied') {
    return 'S3_BUCKET: the credentials may not list it; they need s3:ListBucket, ListBucketMultipartUploads, GetObject, PutObject, DeleteObject and AbortMultipartUpload';
  }
  if (/region is missing/i.test(message)) return 'S3_REGION is missing';
  return `S3_ENDPOINT: the S3 server does not answer as one: ${message}`;
}
