import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandInput } from '@aws-sdk/client-s3';
import { DomainError } from '../errors.ts';
import type { AudioKey, ByteRange, StoredFile } from './audio-storage.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { readFailure } from './s3-errors.ts';
import type { LocalFile, Staging } from './staging.ts';

/** What one request fetches for an answer over HTTP: most of what is spoken fits into one. */
const answerBytes = 256 * 1024;
/** For a whole file, read as fast as it comes. */
const wholeBytes = 1 << 20;
const attempts = 3;
const pieceDeadlineMs = 60_000;

interface Piece {
  bytes: Uint8Array;
  /** Lower-case hex, of the whole object, as it was uploaded. */
  sha256: string | undefined;
}

const nothing: Piece = { bytes: new Uint8Array(), sha256: undefined };

/**
 * Fetches a piece wholly; nothing when it begins past the end. Not one long answer read as slowly as the listener plays:
 * that would hold a connection for minutes, and S3 closes those that stand still.
 */
function fetchPiece(bucket: S3Bucket, key: AudioKey, { start, end }: ByteRange): Promise<Piece> {
  const request = { ...bucket.object(key), Range: `bytes=${start}-${end}` };
  return bucket.ask(async () => {
    for (let attempt = 1; ; attempt++) {
      const answer = await getObject(bucket, request);
      if (answer === null) return nothing;
      try {
        return { bytes: (await answer.Body?.transformToByteArray()) ?? nothing.bytes, sha256: answer.Metadata?.sha256 };
      } catch (error) {
        // The SDK repeats requests that were not answered; an answer that breaks off is ours to ask for again.
        if (attempt === attempts) throw error;
      }
    }
  });
}

/** Null when the range begins past the end. */
async function getObject({ client }: S3Bucket, request: GetObjectCommandInput) {
  try {
    return await client.send(new GetObjectCommand(request), { abortSignal: AbortSignal.timeout(pieceDeadlineMs) });
  } catch (error) {
    if (readFailure(error).kind === 'past-end') return null;
    throw error;
  }
}

/** Throws `gone` at once when there is no such object. */
export async function openObject(bucket: S3Bucket, key: AudioKey, range?: ByteRange): Promise<StoredFile> {
  const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY };
  const last = Math.min(end, start + answerBytes - 1);
  let ready = { at: start, bytes: (await fetchPiece(bucket, key, { start, end: Math.max(start, last) })).bytes };
  return {
    async read(into, offset) {
      if (into.byteLength === 0) return 0;
      if (offset < ready.at || offset >= ready.at + ready.bytes.length) {
        const piece = await fetchPiece(bucket, key, { start: offset, end: offset + into.byteLength - 1 });
        ready = { at: offset, bytes: piece.bytes };
      }
      const from = offset - ready.at;
      const bytes = ready.bytes.subarray(from, from + into.byteLength);
      into.set(bytes);
      return bytes.length;
    },
    async [Symbol.asyncDispose]() {
      ready = { at: 0, bytes: new Uint8Array() };
    },
  };
}

async function* pieces(bucket: S3Bucket, key: AudioKey, first: Piece, { start, end }: ByteRange) {
  let piece = first;
  for (let at = start; piece.bytes.length > 0; ) {
    yield piece.bytes;
    at += piece.bytes.length;
    if (at > end) return;
    piece = await fetchPiece(bucket, key, { start: at, end: Math.min(end, at + wholeBytes - 1) });
  }
}

async function readObject(bucket: S3Bucket, key: AudioKey, range: ByteRange = { start: 0, end: Infinity }) {
  const end = Math.min(range.end, range.start + wholeBytes - 1);
  const first = await fetchPiece(bucket, key, { start: range.start, end });
  return { sha256: first.sha256, bytes: pieces(bucket, key, first, range) };
}

/** Throws `gone` at once when there is no such object. */
export async function streamObject(bucket: S3Bucket, key: AudioKey, range?: ByteRange): Promise<Readable> {
  const { bytes } = await readObject(bucket, key, range);
  return Readable.from(bytes, { objectMode: false });
}

/** A temporary file with the object's bytes. Throws `gone`, and `unavailable` when they are not those that were uploaded. */
export async function fetchObject(bucket: S3Bucket, key: AudioKey, staging: Staging): Promise<LocalFile> {
  const { bytes, sha256 } = await readObject(bucket, key);
  const file = await staging.write(bytes, { maxBytes: Number.POSITIVE_INFINITY });
  if (sha256 === undefined || sha256 === file.sha256) return file;
  await staging.remove(file.path);
  throw new DomainError('unavailable', 'This recording could not be read from the storage just now. Try again.', {
    cause: new Error(`the checksum of ${key} is not the one it was uploaded with`),
    retryAfterMs: 5_000,
  });
}
