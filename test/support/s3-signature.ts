import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** An answer of S3 that is not what was hoped for. */
export class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface SigningKey {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

export interface SignedRequest {
  method: string;
  /** As it came, still encoded. */
  path: string;
  query: [string, string][];
  /** Names in lower case. */
  headers: Record<string, string>;
}

const maxSkewMs = 15 * 60_000;
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest();

/** RFC 3986's unreserved characters stay; `encodeURIComponent` leaves five more. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

export function readSigned(request: IncomingMessage): SignedRequest {
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? 'GET',
    path,
    query: [...new URLSearchParams(search.replaceAll('+', '%2B'))],
    headers: Object.fromEntries(headers),
  };
}

/**
 * The signature of a request after AWS Signature Version 4, in hex, written from
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and not from the SDK that it checks.
 */
export function signatureOf(
  request: SignedRequest,
  { key, time, signedHeaders, payload }: { key: SigningKey; time: string; signedHeaders: string[]; payload: string },
): string {
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a, av], [b, bv]) => (a === b ? (av < bv ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`);
  const canonical = [request.method, request.path, query, headers.join(''), signedHeaders.join(';'), payload].join(
    '\n',
  );
  const day = time.slice(0, 8);
  const scope = `${day}/${key.region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const dayKey = hmac(`AWS4${key.secretAccessKey}`, day);
  return hmac(hmac(hmac(hmac(dayKey, key.region), 's3'), 'aws4_request'), toSign).toString('hex');
}

const timeOf = (text: string) =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** Throws an `S3Refusal` unless the request is signed with this key, for this time. Returns the hash its body must have. */
export function verifySignature(request: SignedRequest, key: SigningKey, nowMs = Date.now()): { payload: string } {
  const query = new Map(request.query);
  const isPresigned = query.has('X-Amz-Signature');
  const authorization = request.headers.authorization;
  if (isPresigned && authorization) throw new S3Refusal(400, 'InvalidArgument', 'Only one auth mechanism allowed');
  const signed = isPresigned ? fromQuery(query) : fromHeaders(request.headers, authorization);
  const { credential, time, signature, payload } = signed;
  const signedHeaders = signed.signedHeaders.split(';');
  const [accessKeyId, day, region, service, end] = credential.split('/');
  if (accessKeyId !== key.accessKeyId) throw new S3Refusal(403, 'InvalidAccessKeyId');
  if (region !== key.region) throw new S3Refusal(400, 'AuthorizationHeaderMalformed', 'the region is wrong');
  if (service !== 's3' || end !== 'aws4_request' || day !== time.slice(0, 8)) {
    throw new S3Refusal(400, 'AuthorizationHeaderMalformed');
  }
  const agoMs = nowMs - timeOf(time);
  if (!isPresigned && !(Math.abs(agoMs) <= maxSkewMs)) throw new S3Refusal(403, 'RequestTimeTooSkewed');
  if (isPresigned && !(agoMs >= -maxSkewMs && agoMs <= signed.expiresMs)) {
    throw new S3Refusal(403, 'AccessDenied', 'Request has expired');
  }
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (!signedHeaders.includes('host') || unsigned.length > 0) {
    throw new S3Refusal(403, 'AccessDenied', 'There were headers present in the request which were not signed');
  }
  const expected = signatureOf(request, { key, time, signedHeaders, payload });
  if (signature.length !== expected.length || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
    throw new S3Refusal(403, 'SignatureDoesNotMatch');
  }
  return { payload };
}

function fromHeaders(headers: Record<string, string>, authorization: string | undefined) {
  if (!authorization) throw new S3Refusal(403, 'AccessDenied', 'Anonymous access is forbidden');
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  const [, credential = '', signedHeaders = '', signature = ''] = parts ?? [];
  const payload = headers['x-amz-content-sha256'] ?? '';
  if (!parts || !payload) throw new S3Refusal(400, 'AuthorizationHeaderMalformed');
  return { credential, signedHeaders, signature, payload, time: headers['x-amz-date'] ?? '', expiresMs: 0 };
}

function fromQuery(query: Map<string, string>) {
  const value = (name: string) => {
    const found = query.get(`X-Amz-${name}`);
    if (found === undefined) throw new S3Refusal(400, 'AuthorizationQueryParametersError', `X-Amz-${name} is missing`);
    return found;
  };
  if (value('Algorithm') !== 'AWS4-HMAC-SHA256') throw new S3Refusal(400, 'AuthorizationQueryParametersError');
  return {
    credential: value('Credential'),
    signedHeaders: value('SignedHeaders'),
    signature: value('Signature'),
    time: value('Date'),
    expiresMs: Number(value('Expires')) * 1_000,
    payload: 'UNSIGNED-PAYLOAD',
  };
}
