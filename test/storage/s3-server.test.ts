import { expect, it } from 'vitest';
import { contentOf } from '../support/s3-payload.ts';
import { type SignedRequest, signatureOf, verifySignature } from '../support/s3-signature.ts';

/**
 * The stand-in for S3 is itself tried on AWS's published examples:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#example-signature-calculations and
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html.
 */
const key = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const time = '20130524T000000Z';
const atMs = Date.UTC(2013, 4, 24);
const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const host = 'examplebucket.s3.amazonaws.com';
const common = { host, 'x-amz-content-sha256': nothing, 'x-amz-date': time };

it.each<[string, string, [string, string][], Record<string, string>, string]>([
  [
    'an object',
    '/test.txt',
    [],
    { range: 'bytes=0-9' },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  ['a setting', '/', [['lifecycle', '']], {}, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  [
    'a listing',
    '/',
    [
      ['prefix', 'J'],
      ['max-keys', '2'],
    ],
    {},
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
])('computes the signature AWS gives for %s', (_what, path, query, headers, signature) => {
  const request: SignedRequest = { method: 'GET', path, query, headers: { ...common, ...headers } };
  const signedHeaders = Object.keys(request.headers).sort();
  expect(signatureOf(request, { key, time, signedHeaders, payload: nothing })).toBe(signature);
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders.join(';')},Signature=${signature}`;
  const signed = { ...request, headers: { ...request.headers, authorization } };
  expect(verifySignature(signed, key, atMs)).toEqual({ payload: nothing });
  const refusal = (changed: Partial<SignedRequest>, by = key, now = atMs) => {
    try {
      verifySignature({ ...signed, ...changed }, by, now);
    } catch (error) {
      return error;
    }
    throw new Error('it was taken');
  };
  expect(refusal({ method: 'PUT' })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  expect(refusal({ path: '/other.txt' })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  expect(refusal({ headers: { ...signed.headers, host: 'other' } })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  expect(refusal({ headers: { ...signed.headers, 'x-amz-acl': 'public' } })).toMatchObject({ code: 'AccessDenied' });
  expect(refusal({ headers: request.headers })).toMatchObject({ code: 'AccessDenied' });
  expect(refusal({}, { ...key, secretAccessKey: 'x' })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  expect(refusal({}, { ...key, accessKeyId: 'x' })).toMatchObject({ code: 'InvalidAccessKeyId' });
  expect(refusal({}, key, atMs + 16 * 60_000)).toMatchObject({ code: 'RequestTimeTooSkewed' });
});

it('verifies the presigned address AWS gives, until it expires', () => {
  const signed: SignedRequest = {
    method: 'GET',
    path: '/test.txt',
    query: [
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', `${key.accessKeyId}/20130524/us-east-1/s3/aws4_request`],
      ['X-Amz-Date', time],
      ['X-Amz-Expires', '86400'],
      ['X-Amz-SignedHeaders', 'host'],
      ['X-Amz-Signature', 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'],
    ],
    headers: { host, range: 'bytes=0-9' },
  };
  const day = 86_400_000;
  expect(verifySignature(signed, key, atMs + day)).toEqual({ payload: 'UNSIGNED-PAYLOAD' });
  expect(() => verifySignature(signed, key, atMs + day + 1)).toThrow('Request has expired');
  const longer = signed.query.map(([name, value]): [string, string] => [name, value.replace('86400', '96400')]);
  expect(() => verifySignature({ ...signed, query: longer }, key, atMs)).toThrow('SignatureDoesNotMatch');
  expect(() => verifySignature({ ...signed, path: '/b.txt' }, key, atMs)).toThrow('SignatureDoesNotMatch');
});

it('refuses a body that is not what was signed, and a wrong checksum', () => {
  const hello = Buffer.from('hello');
  const wrong = { 'x-amz-checksum-crc32': Buffer.from('0000').toString('base64') };
  // CRC-32 of "hello" is 3610a686.
  const right = { 'x-amz-checksum-crc32': Buffer.from('3610a686', 'hex').toString('base64') };
  expect(() => contentOf(hello, {}, nothing)).toThrow('XAmzContentSHA256Mismatch');
  expect(() => contentOf(hello, wrong, 'UNSIGNED-PAYLOAD')).toThrow('BadDigest');
  expect(contentOf(hello, right, 'UNSIGNED-PAYLOAD').toString()).toBe('hello');
  const chunked = (sum: string) => Buffer.from(`3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:${sum}\r\n\r\n`);
  const headers = { 'x-amz-decoded-content-length': '5', 'x-amz-trailer': 'x-amz-checksum-crc32' };
  const trailing = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  expect(contentOf(chunked(right['x-amz-checksum-crc32']), headers, trailing).toString()).toBe('hello');
  expect(() => contentOf(chunked(wrong['x-amz-checksum-crc32']), headers, trailing)).toThrow('BadDigest');
});
