import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { answer, errorXml, type S3Answer, type S3Contents } from './s3-objects.ts';
import { contentOf } from './s3-payload.ts';
import { readSigned, S3Refusal, type SignedRequest, type SigningKey, verifySignature } from './s3-signature.ts';

/**
 * What goes wrong with a request: an S3 error in place of the answer; `reset`: the connection is lost before the body
 * is there; `stored-unanswered`: it is lost after the request was carried out; `stall`: no answer ever; `broken-off`: half of
 * the answer's body, then the connection is lost; `corrupt`: one byte of the answer's body is another.
 */
export type S3Fault =
  | { status: number; code: string }
  | 'reset'
  | 'stored-unanswered'
  | 'stall'
  | 'broken-off'
  | 'corrupt';

export interface S3Server extends AsyncDisposable, S3Contents {
  url: string;
  bucket: string;
  key: SigningKey;
  /** Every request whose signature was right, as `PUT /bucket/key?query`. */
  requests: string[];
  /** Lets the next requests that match fail. A request is `PUT /bucket/key?query`. */
  fail(fault: S3Fault, which: { matching: RegExp; times?: number }): void;
  /** Ends all faults. */
  recover(): void;
  /** How far its clock is ahead of ours. */
  clock: { aheadMs: number };
}

/**
 * A stand-in for S3, not S3: what npm has are stand-ins too, and Debian's Ceph and Swift need a cluster. It keeps objects in
 * memory and knows only what a storage of recordings needs: objects (PUT, GET with Range, HEAD, DELETE, If-None-Match: *),
 * uploads in parts, and both listings with continuation. What it does not know it refuses with 501. It does verify every
 * signature (Signature Version 4 in headers and in presigned addresses, with expiry), the hash of every body and every
 * checksum, written from AWS's documents and tried on AWS's published examples (`test/storage/s3-server.test.ts`).
 */
export async function startS3Server(options: { conditionalWrites?: boolean } = {}): Promise<S3Server> {
  const contents: S3Contents = {
    objects: new Map(),
    uploads: new Map(),
    pageSize: 1_000,
    conditionalWrites: options.conditionalWrites ?? true,
  };
  const faults: { fault: S3Fault; matching: RegExp; left: number }[] = [];
  const takeFault = (line: string): S3Fault | null => {
    const found = faults.find(({ matching, left }) => left > 0 && matching.test(line));
    if (!found) return null;
    found.left -= 1;
    return found.fault;
  };
  const bucket = 'viva-recordings';
  const key: SigningKey = {
    accessKeyId: 'AKIAVIVATEST',
    secretAccessKey: 'a/secret+of=the-tests',
    region: 'eu-north-1',
  };
  const requests: string[] = [];
  const clock = { aheadMs: 0 };

  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const signed = readSigned(incoming);
    const line = `${signed.method} ${signed.path}?${new URLSearchParams(signed.query)}`;
    const fault = takeFault(line);
    if (fault === 'reset') {
      incoming.once('data', () => incoming.socket.destroy());
      if (signed.method !== 'PUT') incoming.socket.destroy();
      return;
    }
    const body = await buffer(incoming);
    if (fault === 'stall') return;
    const result = fault && typeof fault === 'object' ? refused(fault) : carryOut(signed, body, line);
    if (fault === 'stored-unanswered') incoming.socket.destroy();
    else send(response, signed.method, result, fault);
  };

  const carryOut = (signed: SignedRequest, body: Buffer, line: string): S3Answer => {
    try {
      const { payload } = verifySignature(signed, key, Date.now() + clock.aheadMs);
      requests.push(line);
      const [, name = '', objectKey = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(signed.path)) ?? [];
      if (name !== bucket) throw new S3Refusal(404, 'NoSuchBucket');
      return answer(contents, signed, objectKey, contentOf(body, signed.headers, payload));
    } catch (error) {
      if (!(error instanceof S3Refusal)) throw error;
      return refused(error);
    }
  };

  const server = createServer((incoming, response) => {
    respond(incoming, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the S3 stand-in has no port');
  return Object.assign(contents, {
    url: `http://127.0.0.1:${address.port}`,
    bucket,
    key,
    requests,
    fail: (fault: S3Fault, { matching, times = 1 }: { matching: RegExp; times?: number }) => {
      faults.push({ fault, matching, left: times });
    },
    recover: () => {
      faults.length = 0;
    },
    clock,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

const refused = ({ status, code, message = code }: { status: number; code: string; message?: string }): S3Answer => ({
  status,
  ...errorXml(code, message),
});

function send(
  response: ServerResponse,
  method: string,
  { status, headers, body = '' }: S3Answer,
  fault: S3Fault | null,
) {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': String(bytes.length), ...headers, 'x-amz-request-id': 'STANDIN' });
  if (method === 'HEAD') return response.end();
  if (fault === 'broken-off') return response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  if (fault === 'corrupt') bytes[0] = (bytes[0] ?? 0) ^ 1;
  return response.end(bytes);
}
