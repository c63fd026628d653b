import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultSchemas } from './media-jobs.ts';
import { runMediaJob } from './media-process.ts';

const decodeTimeoutMs = 60_000;
/** Half a second of sound. */
const pieceBytes = 24_000;
/** RIFF, format and data header of a WAV without tags. */
const wavHeaderBytes = 44;

/**
 * The sound of a recording as PCM (see `voicePcm`), whatever it was. Decoded in the media process, read piece by piece.
 * Throws `recording_damaged`, `unsupported_media`, `unavailable` (disk), or the signal's reason.
 */
export async function* decodeToPcm(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const target = join(tmpdir(), `pcm-${randomUUID()}.wav`);
  try {
    await runMediaJob({ kind: 'decode', path, target }, resultSchemas.decode, { timeoutMs: decodeTimeoutMs, signal });
    await using file = await open(target);
    for (let position = wavHeaderBytes; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await rm(target, { force: true });
  }
}
