import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { StoredFile } from '../storage/audio-storage.ts';

/** Most of what is spoken fits into one. */
const pieceBytes = 256 * 1024;
const mostKept = 32;

/** Used again and again: with a fresh buffer for every piece the collector took a third of the time. */
const idle: Buffer[] = [];

/**
 * Answers with bytes `start` to `end` (inclusive) of the file, under the status and the headers that are set, and closes
 * the file. Reads no faster than the client does. Fastify's own streaming is passed by, and with it `onSend` hooks.
 */
export async function sendBytes(
  reply: FastifyReply,
  file: StoredFile,
  { start, end }: { start: number; end: number },
): Promise<void> {
  await using open = file;
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(reply.statusCode);
  const piece = idle.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
  try {
    for (let at = start; at <= end; ) {
      const bytes = await open.read(piece.subarray(0, Math.min(pieceBytes, end - at + 1)), at);
      if (bytes === 0) throw new Error('a stored recording is shorter than it was');
      at += bytes;
      // When the client has left, the socket may still hold the piece: it is not used again.
      if (!(await write(raw, piece.subarray(0, bytes), at > end))) return;
    }
    if (idle.length < mostKept) idle.push(piece);
  } catch (error) {
    // The length is promised already: all that can be said is that this was not everything.
    reply.log.error({ err: error }, 'sending a recording broke off');
    raw.destroy();
  }
}

/** Resolves once the piece is with the operating system; false when the client has left. */
function write(raw: ServerResponse, piece: Uint8Array, isLast: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    if (raw.destroyed) return resolve(false);
    const left = () => resolve(false);
    const done = (error?: Error | null) => {
      raw.off('close', left);
      resolve(!error);
    };
    raw.once('close', left);
    if (isLast) raw.end(piece, done);
    else raw.write(piece, done);
  });
}
