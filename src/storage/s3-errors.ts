import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { goneFromStorage } from './audio-keys.ts';
import type { StorageLog } from './staging.ts';

/** Settings with which the bucket cannot be used. The message names the variable, and no value. */
export class S3SettingsError extends Error {
  override readonly name = 'S3SettingsError';
}

/** What an error of the SDK tells; the rest of it may hold signatures, and goes nowhere. */
const failureSchema = z.object({
  name: z.string().catch('Error'),
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  $metadata: z
    .object({
      httpStatusCode: z.number().optional(),
      requestId: z.string().optional(),
      attempts: z.number().optional(),
    })
    .catch({}),
});

/** `taken`: a condition was not met. `unsupported`: this server does not know the request's headers. */
export type S3Failure =
  | 'missing'
  | 'taken'
  | 'unsupported'
  | 'denied'
  | 'misplaced'
  | 'full'
  | 'past-end'
  | 'unreachable';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and those of MinIO that have no counterpart. */
const failures: [S3Failure, Set<string>][] = [
  ['missing', new Set(['NoSuchKey', 'NotFound'])],
  ['taken', new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchUpload'])],
  ['unsupported', new Set(['NotImplemented'])],
  ['misplaced', new Set(['NoSuchBucket', 'PermanentRedirect', 'AuthorizationHeaderMalformed', 'InvalidBucketName'])],
  [
    'denied',
    new Set([
      'AccessDenied',
      'Forbidden',
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'ExpiredToken',
      'InvalidToken',
      'RequestTimeTooSkewed',
      'CredentialsProviderError',
    ]),
  ],
  ['full', new Set(['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded'])],
  ['past-end', new Set(['InvalidRange'])],
];

/** Answers to HEAD have no body, hence no code. */
const byStatus: Record<number, S3Failure> = {
  301: 'misplaced',
  401: 'denied',
  403: 'denied',
  404: 'missing',
  412: 'taken',
  416: 'past-end',
  501: 'unsupported',
  507: 'full',
};

export interface ReadFailure {
  kind: S3Failure;
  /** The service's own name for it, e.g. `SlowDown`. */
  name: string;
  /** For the log: name, message, status and request id. */
  told: Error;
}

export function readFailure(error: unknown): ReadFailure {
  const { name, message, code, $metadata } = failureSchema.parse(Object(error));
  const known = failures.find(([, names]) => names.has(name) || (code !== undefined && names.has(code)));
  const { httpStatusCode: status, requestId, attempts } = $metadata;
  const facts = [status && `status ${status}`, requestId && `request ${requestId}`, attempts && `${attempts} attempts`];
  return {
    kind: known?.[0] ?? byStatus[status ?? 0] ?? 'unreachable',
    name,
    told: new Error(`${[name, message].filter(Boolean).join(': ')} (${facts.filter(Boolean).join(', ')})`),
  };
}

const advice: Partial<Record<S3Failure, string>> = {
  denied:
    'S3 refused the credentials: look at S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, the clock, and the rights to get, put, delete and list',
  misplaced: 'S3 has no such bucket here: look at S3_BUCKET, S3_REGION, S3_ENDPOINT and S3_FORCE_PATH_STYLE',
  full: 'the S3 bucket has no room left',
};

/**
 * Names what a failing S3 means for the person waiting: `gone`, `storage_full` or `unavailable`. What the operator has to
 * set is logged, once per failure. Neither names the bucket or shows a signature.
 */
export function s3Error(error: unknown, log: StorageLog | undefined): DomainError {
  if (error instanceof DomainError) return error;
  const { kind, told: cause } = readFailure(error);
  if (kind === 'missing') return goneFromStorage(cause);
  const tell = advice[kind];
  if (tell) log?.error({ err: cause }, tell);
  if (kind === 'full') {
    return new DomainError(
      'storage_full',
      'The server has no room left for recordings. Nothing was stored: tell the operator, then send it again.',
      { cause },
    );
  }
  return new DomainError(
    'unavailable',
    'The server cannot reach its audio storage just now. Nothing was stored: try again in a moment.',
    { cause, retryAfterMs: tell ? 60_000 : 5_000 },
  );
}
