import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';
import { arrivingBody } from './arriving-body.ts';
import type { Pace } from './steady.ts';

export const tusVersion = '1.0.0';
export const tusBodyType = 'application/offset+octet-stream';

/** What the protocol adds to answers, for pages of other origins to read. */
export const tusHeaders = [
  'Location',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Defer-Length',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'Upload-Result',
];

const answered = new Set(['cache-control', ...tusHeaders.map((name) => name.toLowerCase())]);
const asked = /^(content-(type|length)|tus-resumable|upload-[a-z-]+)$/;

type Handle = (request: Request) => Promise<Response>;

/**
 * Has a request answered by a handler of web requests, and puts its status and headers on the reply. The handler gets
 * the protocol's own headers, and the body as it comes. Throws what broke the body off, rather than what became of that.
 */
export async function exchange(
  { raw, headers, method }: FastifyRequest,
  reply: FastifyReply,
  { path, handle, pace, closing }: { path: string; handle: Handle; pace: Pace; closing: AbortSignal },
): Promise<void> {
  const over = new AbortController();
  let failure: unknown;
  async function* body() {
    try {
      yield* arrivingBody(raw, { pace, signal: AbortSignal.any([closing, over.signal]) });
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  const sends = headers['content-type'] === tusBodyType && (method === 'POST' || method === 'PATCH');
  try {
    const request = new Request(new URL(path, 'http://viva'), {
      method,
      headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        asked.test(name) && typeof value === 'string' ? [[name, value]] : [],
      ),
      ...(sends && { body: streamOf(body()), duplex: 'half' }),
    });
    const response = await handle(request);
    if (failure) throw failure;
    reply.status(response.status);
    for (const [name, value] of response.headers) if (answered.has(name)) reply.header(name, value);
  } catch (error) {
    throw failure ?? error;
  } finally {
    // Whoever handles it may have stopped reading before the end.
    over.abort();
  }
}

/** Throws `precondition_failed`, with the versions that are spoken (tus 1.0, Tus-Version). */
export function requireTusVersion({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (headers['tus-resumable'] === tusVersion) return;
  reply.header('tus-version', tusVersion);
  throw new DomainError('precondition_failed', `Speak tus ${tusVersion}: send Tus-Resumable: ${tusVersion}.`);
}

/** A piece at a time, as it is asked for: none is waiting when nobody reads any more. */
function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}
