import { S3Client } from '@aws-sdk/client-s3';
import type { AudioKey } from './audio-storage.ts';
import { s3Error } from './s3-errors.ts';
import type { StorageLog } from './staging.ts';

export interface S3Settings {
  bucket: string;
  /** Unset: what the SDK finds (AWS_REGION, the profile), or us-east-1 beside an endpoint. */
  region?: string | undefined;
  /** Unset: AWS. */
  endpoint?: string | undefined;
  /** Unset: the SDK's own chain (environment, profile, web identity, instance role). */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** In front of every key, as in `viva/production`. */
  prefix?: string | undefined;
  /** The bucket in the path instead of the host name. */
  forcePathStyle: boolean;
  /** For one request, from its first byte to the answer's headers. Default 30,000. */
  requestTimeoutMs?: number;
}

/** A bucket, and how to speak to it. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** What a request about this object names. */
  object(key: AudioKey): { Bucket: string; Key: string };
  /** Runs requests; what they throw becomes `gone`, `storage_full` or `unavailable`. */
  ask<T>(requests: () => Promise<T>): Promise<T>;
}

/**
 * Every request has a deadline, and is repeated twice at most, after a pause of random length: the SDK's standard retries,
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html.
 */
export function openBucket(settings: S3Settings, log: StorageLog | undefined): S3Bucket {
  const { bucket: name, endpoint, credentials, forcePathStyle, requestTimeoutMs = 30_000 } = settings;
  const region = settings.region ?? (endpoint ? 'us-east-1' : undefined);
  const trimmed = (settings.prefix ?? '').replace(/^\/+|\/+$/g, '');
  const prefix = trimmed && `${trimmed}/`;
  const client = new S3Client({
    forcePathStyle,
    maxAttempts: 3,
    // Nothing is read but ranges, which have no checksum; whole files are compared with their SHA-256 afterwards.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      // Everything is read at once and wholly: an idle socket is a dead one.
      socketTimeout: requestTimeoutMs,
      logger: {
        debug() {},
        info() {},
        warn: (message: string) => log?.warn({}, message),
        error: (message: string) => log?.error({}, message),
      },
    },
  });
  return {
    client,
    name,
    prefix,
    object: (key) => ({ Bucket: name, Key: prefix + key }),
    async ask(requests) {
      try {
        return await requests();
      } catch (error) {
        throw s3Error(error, log);
      }
    },
  };
}
