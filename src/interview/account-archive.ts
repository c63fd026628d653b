import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { asDomainError } from '../errors.ts';

/** A file of an archive. */
export interface Entry {
  path: string;
  /** Sound is compressed already. */
  compress: boolean;
  /** Opened when its turn comes. Throws when it cannot be had, which the list says then. */
  open(): Promise<AsyncIterable<Uint8Array>>;
}

export interface Listed {
  path: string;
  bytes: number;
  /** Hex, of the whole file; null when it is missing, or ends early. */
  sha256: string | null;
  problem: string | null;
}

/**
 * Streams entries as one ZIP, one after the other and no faster than it is read, then the list that `manifest` makes of
 * them. One that cannot be read is listed with its problem, and keeps no other from being there. Destroying the stream
 * ends the work.
 */
export function zipOf(
  entries: AsyncIterable<Entry>,
  manifest: { path: string; write(listed: Listed[]): string },
): Readable {
  const zip = new ZipFile();
  const output = new PassThrough();
  const left = new AbortController();
  output.once('close', () => left.abort());
  const fail = (error: unknown) => output.destroy(error instanceof Error ? error : new Error('an archive broke off'));
  zip.on('error', fail);
  zip.outputStream.pipe(output);
  const add = async (path: string, compress: boolean, bytes: AsyncIterable<Uint8Array>) => {
    const stream = Readable.from(bytes, { objectMode: false, highWaterMark: 65_536 });
    zip.addReadStream(stream, path, { compress, mtime: new Date(), mode: 0o100644 });
    try {
      await finished(stream, { signal: left.signal });
    } finally {
      // Closes the file that it reads, should nobody read on.
      stream.destroy();
    }
  };
  const pack = async () => {
    const listed: Listed[] = [];
    for await (const entry of entries) {
      left.signal.throwIfAborted();
      const opened = await entry.open().catch((error: unknown) => ({ problem: asDomainError(error).message }));
      if ('problem' in opened) {
        listed.push({ path: entry.path, bytes: 0, sha256: null, ...opened });
        continue;
      }
      const item: Listed = { path: entry.path, bytes: 0, sha256: null, problem: null };
      listed.push(item);
      await add(entry.path, entry.compress, measured(opened, item));
    }
    await add(manifest.path, true, encoded(manifest.write(listed)));
    zip.end();
  };
  pack().catch(fail);
  return output;
}

/** Notes size and hash as the bytes go by. What breaks off in the middle ends there, and is said to. */
async function* measured(bytes: AsyncIterable<Uint8Array>, item: Listed): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      item.bytes += chunk.length;
      yield chunk;
    }
    item.sha256 = hash.digest('hex');
  } catch (error) {
    item.problem = `It ends early. ${asDomainError(error).message}`;
  }
}

async function* encoded(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}

/** A JSON array of however many rows, written as they come; one page of them is in memory. */
export async function* jsonArray(pages: AsyncIterable<readonly object[]>): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const page of pages) {
    for (const row of page) {
      yield Buffer.from(`${first ? '[\n' : ',\n'}${JSON.stringify(row, null, 2)}`, 'utf8');
      first = false;
    }
  }
  yield Buffer.from(first ? '[]\n' : '\n]\n', 'utf8');
}
