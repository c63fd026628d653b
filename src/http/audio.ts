import { basename } from 'node:path/posix';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ConversationDeps } from '../conversation/context.ts';
import { DomainError } from '../errors.ts';
import { idSchema } from '../interview/schemas.ts';
import { findAudio, type PlayableAudio } from '../interview/stored-audio.ts';
import type { AudioStorage } from '../storage/audio-storage.ts';
import { readRange } from './byte-range.ts';
import { callerOf } from './caller.ts';
import { sendGrowingReply, sendReplyElsewhere } from './growing-audio.ts';
import { sendBytes } from './send-bytes.ts';

/** `GET /audio/:id`: one's own recordings and questions, with Range, ETag and HEAD (RFC 9110). */
export function audioRoutes(app: FastifyInstance, deps: ConversationDeps): void {
  app.get<{ Params: { id: string } }>('/audio/:id', async (request, reply) => {
    const caller = callerOf(request, reply, deps);
    const id = idSchema.parse(request.params.id);
    const asked = { deps, userId: caller.userId };
    const growing = sendGrowingReply(request, reply, asked, id);
    if (growing) return growing;
    const stored = await ifFound(findAudio(caller, id));
    const elsewhere = stored ? null : await sendReplyElsewhere(request, reply, asked, id);
    // Once more: it may have come to its end between the two looks.
    return elsewhere ?? sendAudio(request, reply, deps.storage, stored ?? (await findAudio(caller, id)));
  });
  // Brief 2's `audio_file_path`, which names the same file.
  app.get<{ Params: { file: string } }>('/audio/:folder(^questions|answers|replies$)/:file', async (request, reply) => {
    const caller = callerOf(request, reply, deps);
    const id = idSchema.parse(request.params.file.replace(/\.\w+$/, ''));
    return sendAudio(request, reply, deps.storage, await findAudio(caller, id));
  });
}

/** Null when there is none. */
async function ifFound<Found>(looked: Promise<Found>): Promise<Found | null> {
  try {
    return await looked;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return null;
    throw error;
  }
}

/** Sends the file, a part of it, or 304. The bytes behind an id never change, so its hash is a strong ETag. */
export async function sendAudio(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: AudioStorage,
  file: PlayableAudio,
): Promise<FastifyReply> {
  const etag = `"${file.sha256}"`;
  const description = {
    etag,
    'content-type': file.mimeType,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    // Of our own making, nothing of what the file was called when it came: OWASP ASVS 5.0, 5.4.1.
    'content-disposition': `inline; filename="${basename(file.storageKey)}"`,
  };
  // Before Range, RFC 9110 §13.2.2.
  if (matches(request.headers['if-none-match'], etag)) return reply.headers(description).status(304).send();
  // A presigned address is for GET alone, and answers Range by itself.
  const address = request.method === 'GET' && (await storage.direct?.address(file.storageKey, file.mimeType));
  if (address) return reply.header('cache-control', 'no-store').redirect(address, 307);
  const fresh = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  // Range has no meaning for HEAD, RFC 9110 §14.2.
  const range = readRange(fresh && request.method === 'GET' ? request.headers.range : undefined, file.bytes);
  if (range.kind === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.bytes}`);
    throw new DomainError(
      'range_not_satisfiable',
      `The recording has ${file.bytes} bytes; ask for a range within them.`,
    );
  }
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: file.bytes - 1 };
  // Opened before a header is set: that a recording is gone must not be cached for a year.
  const stored = await storage.file(file.storageKey, request.method === 'HEAD' ? { start: 0, end: 0 } : { start, end });
  reply.headers(description).header('content-length', end - start + 1);
  if (range.kind === 'part') reply.status(206).header('content-range', `bytes ${start}-${end}/${file.bytes}`);
  if (request.method === 'HEAD') {
    await stored[Symbol.asyncDispose]();
    // Fastify keeps the length that was set only of a stream; of anything else it counts the bytes.
    return reply.send(Readable.from([]));
  }
  await sendBytes(reply, stored, { start, end });
  return reply;
}

function matches(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    (header.trim() === '*' || header.split(',').some((item) => item.trim().replace(/^W\//, '') === etag))
  );
}
