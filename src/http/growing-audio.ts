import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConversationDeps } from '../conversation/context.ts';
import { findReplyElsewhere, followReplyElsewhere } from '../conversation/reply-elsewhere.ts';
import { DomainError } from '../errors.ts';

/** Offsets, both inclusive. `end` is null when the answer goes on to the end of the reply, wherever that will be. */
export interface GrowingRange {
  start: number;
  end: number | null;
}

const whole: GrowingRange = { start: 0, end: null };

/**
 * What to send of a file whose size nobody knows yet. Only a range that begins past the first byte and names its end
 * is cut out; any other Range is ignored, as RFC 9110 §14.2 allows.
 *
 * Not `bytes=N-`: a 206 has to name its last byte (§14.4), which could only be the last one so far, and Chromium's
 * player takes that for the end of the sound. To a 200 it drops the first N bytes by itself and plays on.
 */
export function growingRange(request: FastifyRequest): GrowingRange {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(request.headers.range?.trim() ?? '') ?? [];
  const range = { start: Number(first), end: Number(last) };
  // There is no validator to match yet, so If-Range never does (§13.1.5).
  const fits = range.start > 0 && range.end >= range.start && request.headers['if-range'] === undefined;
  return fits ? range : whole;
}

/** Aborts when the client has left, or the answer is complete: for whatever feeds the answer. */
export function untilAnswered(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  return left.signal;
}

/** A reply of this user that is being spoken right now; null when there is none, or it is stored by now. */
export function sendGrowingReply(
  request: FastifyRequest,
  reply: FastifyReply,
  { deps, userId }: { deps: ConversationDeps; userId: string },
  audioId: string,
): Promise<FastifyReply> | null {
  if (deps.live.byAudio(audioId)?.userId !== userId) return null;
  const range = growingRange(request);
  const stream = deps.replies.follow(audioId, range.start, untilAnswered(reply));
  return (
    stream && sendGrowingAudio(request, reply, stream, { mimeType: 'audio/mpeg', fileName: `${audioId}.mp3`, ...range })
  );
}

/** As `sendGrowingReply`, of a reply that another server on the same database and storage speaks right now. */
export async function sendReplyElsewhere(
  request: FastifyRequest,
  reply: FastifyReply,
  { deps, userId }: { deps: ConversationDeps; userId: string },
  audioId: string,
): Promise<FastifyReply | null> {
  const spoken = await findReplyElsewhere(deps, userId, audioId);
  if (!spoken) return null;
  const range = growingRange(request);
  const stream = followReplyElsewhere(deps, spoken, range.start, untilAnswered(reply));
  return sendGrowingAudio(request, reply, stream, { mimeType: 'audio/mpeg', fileName: `${audioId}.mp3`, ...range });
}

export interface GrowingAnswer extends GrowingRange {
  mimeType: string;
  /** Of our own making: it goes into a header as it is. */
  fileName: string;
}

/**
 * Sends a file that still grows; `stream` yields its bytes from `start` on. Whole, it is a 200 in chunks that ends when
 * the file does. A part is a 206 with those of its bytes that are there, at least one: it waits for the first.
 * Throws what the stream throws before its first byte; later the connection is cut, so that nobody takes it for whole.
 */
export async function sendGrowingAudio(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: AsyncIterable<Uint8Array>,
  { mimeType, fileName, start, end }: GrowingAnswer,
): Promise<FastifyReply> {
  reply.headers({
    'content-type': mimeType,
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-disposition': `inline; filename="${fileName}"`,
  });
  // To anything but a stream the framework would add the length of what it is given: 0.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  if (end === null && start === 0) return reply.send(Readable.from(stream, { objectMode: false }));
  const part = await firstBytes(stream, reply, end === null ? Number.POSITIVE_INFINITY : end - start + 1);
  if (part === 'left') return reply.hijack();
  if (!part) throw new DomainError('range_not_satisfiable', `The recording has fewer than ${start + 1} bytes.`);
  return reply
    .status(206)
    .header('content-range', `bytes ${start}-${start + part.length - 1}/*`)
    .send(part);
}

/** The first bytes that come, at most `length`; null when the stream ends without any. */
async function firstBytes(stream: AsyncIterable<Uint8Array>, reply: FastifyReply, length: number) {
  try {
    for await (const bytes of stream) return Buffer.from(bytes.subarray(0, length));
    return null;
  } catch (error) {
    // Nobody is there to be told why, and there is nothing wrong with the server.
    if (reply.raw.destroyed) return 'left';
    throw error;
  }
}
