import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Refusal } from './s3-signature.ts';

const digests: Record<string, (bytes: Uint8Array) => Buffer> = {
  crc32: (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum;
  },
  sha1: (bytes) => createHash('sha1').update(bytes).digest(),
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
};

/** The content of a request: its body, or what is in the chunks of it. Throws an `S3Refusal` when it is not what was promised. */
export function contentOf(body: Buffer, headers: Record<string, string>, payload: string): Buffer {
  if (/^[0-9a-f]{64}$/.test(payload)) {
    if (createHash('sha256').update(body).digest('hex') !== payload) {
      throw new S3Refusal(400, 'XAmzContentSHA256Mismatch');
    }
    return checked(body, headers);
  }
  if (payload === 'UNSIGNED-PAYLOAD') return checked(body, headers);
  if (payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') throw new S3Refusal(501, 'NotImplemented');
  const { content, trailers } = unchunked(body);
  if (content.length !== Number(headers['x-amz-decoded-content-length'])) throw new S3Refusal(400, 'IncompleteBody');
  const promised = headers['x-amz-trailer'];
  if (promised && !(promised in trailers)) throw new S3Refusal(400, 'MalformedTrailerError');
  return checked(content, { ...headers, ...trailers });
}

/** Compares every checksum that was sent with the bytes that came. */
function checked(content: Buffer, headers: Record<string, string>): Buffer {
  for (const [name, value] of Object.entries(headers)) {
    const algorithm = /^x-amz-checksum-(crc32|sha1|sha256)$/.exec(name)?.[1];
    const digest = algorithm && digests[algorithm];
    if (digest && digest(content).toString('base64') !== value) throw new S3Refusal(400, 'BadDigest');
  }
  const md5 = headers['content-md5'];
  if (md5 && createHash('md5').update(content).digest('base64') !== md5) throw new S3Refusal(400, 'BadDigest');
  return content;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
function unchunked(body: Buffer): { content: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) throw new S3Refusal(400, 'IncompleteBody');
    const start = lineEnd + 2;
    if (size === 0) {
      const lines = body.toString('latin1', start).split('\r\n').filter(Boolean);
      const trailers = lines.map((line) =>
        line
          .split(/:(.*)/s)
          .slice(0, 2)
          .map((part) => part.trim()),
      );
      return { content: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
    }
    chunks.push(body.subarray(start, start + size));
    at = start + size + 2;
  }
}
