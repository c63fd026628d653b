import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { AudioKey, AudioStorage, StoredFile } from '../../src/storage/audio-storage.ts';

export interface StorageUnderTest extends AsyncDisposable {
  storage: AudioStorage;
  /** How many temporary files lie about. */
  stagedFiles(): Promise<number>;
}

const key = (extension = 'webm'): AudioKey => `answers/${randomUUID()}.${extension}`;

async function* chunks(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** What every audio storage must do. Each test gets a storage of its own. */
export function describeStorageContract(name: string, create: () => Promise<StorageUnderTest>): void {
  const bytes = randomBytes(3_000_001);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const roomy = { maxBytes: 10_000_000 };

  describe(`audio storage: ${name}`, () => {
    it.each([100, 64 * 1024, 2_500_000])('keeps what arrives in chunks of %d bytes', async (size) => {
      await using under = await create();
      const { storage } = under;
      const staged = await storage.stage(chunks(bytes, size), roomy);
      expect(staged).toMatchObject({ bytes: bytes.length, sha256 });
      expect(bytes.equals(await readFile(staged.path))).toBe(true);
      const target = key();
      await staged.commit(target);
      await staged.discard();
      expect(await storage.size(target)).toBe(bytes.length);
      expect(bytes.equals(await buffer(await storage.open(target)))).toBe(true);
      expect(await under.stagedFiles()).toBe(0);
    });

    it('serves inclusive ranges', async () => {
      await using under = await create();
      const staged = await under.storage.stage(chunks(bytes), roomy);
      const target = key('mp3');
      await staged.commit(target);
      const last = bytes.length - 1;
      for (const [start, end] of [
        [0, 0],
        [0, last],
        [1_000_000, 1_065_535],
        [last, last],
      ] as const) {
        const part = await buffer(await under.storage.open(target, { start, end }));
        expect(bytes.subarray(start, end + 1).equals(part)).toBe(true);
      }
    });

    it('reads into the same memory, at any place, and nothing past the end', async () => {
      await using under = await create();
      const staged = await under.storage.stage(chunks(bytes), roomy);
      const target = key('mp3');
      await staged.commit(target);
      const into = new Uint8Array(300_000);
      const expectPiece = async (file: StoredFile, offset: number, length: number) => {
        let done = 0;
        while (done < length) {
          const read = await file.read(into.subarray(done, length), offset + done);
          if (read === 0) break;
          done += read;
        }
        expect(bytes.subarray(offset, offset + length).equals(into.subarray(0, done))).toBe(true);
      };
      await using whole = await under.storage.file(target);
      for (const offset of [0, 300_000, 2_900_000, 10, 999_999]) await expectPiece(whole, offset, 300_000);
      expect(await whole.read(into, bytes.length)).toBe(0);
      await using part = await under.storage.file(target, { start: 1_000_000, end: 1_000_099 });
      await expectPiece(part, 1_000_000, 60);
      await expectPiece(part, 1_000_060, 40);
      await expect(under.storage.file(key())).rejects.toMatchObject({ code: 'gone' });
    });

    it('lends a local file with the same bytes', async () => {
      await using under = await create();
      const staged = await under.storage.stage(chunks(bytes), roomy);
      const target = key();
      await staged.commit(target);
      await using local = await under.storage.local(target);
      expect(bytes.equals(await readFile(local.path))).toBe(true);
    });

    it('accepts exactly the limit and refuses one byte more', async () => {
      await using under = await create();
      const staged = await under.storage.stage(chunks(bytes), { maxBytes: bytes.length });
      expect(staged.bytes).toBe(bytes.length);
      await staged.discard();
      await expect(under.storage.stage(chunks(bytes), { maxBytes: bytes.length - 1 })).rejects.toMatchObject({
        code: 'too_large',
      });
      expect(await under.stagedFiles()).toBe(0);
    });

    it('takes an empty file', async () => {
      await using under = await create();
      const staged = await under.storage.stage(chunks(Buffer.alloc(0)), roomy);
      expect(staged.bytes).toBe(0);
    });

    it('passes on the error of a source that breaks, and leaves nothing', async () => {
      await using under = await create();
      const reset = new Error('ECONNRESET');
      async function* breaking() {
        yield* chunks(bytes);
        throw reset;
      }
      await expect(under.storage.stage(breaking(), roomy)).rejects.toBe(reset);
      expect(await under.stagedFiles()).toBe(0);
    });

    it('stops for a signal although the source hangs, and leaves nothing', async () => {
      await using under = await create();
      const aborting = new AbortController();
      const reason = new Error('too slow');
      async function* hanging() {
        yield bytes;
        setImmediate(() => aborting.abort(reason));
        await new Promise(() => {});
      }
      const { signal } = aborting;
      await expect(under.storage.stage(hanging(), { ...roomy, signal })).rejects.toBe(reason);
      await expect(under.storage.stage(chunks(bytes), { ...roomy, signal })).rejects.toBe(reason);
      expect(await under.stagedFiles()).toBe(0);
    });

    it('knows what is gone', async () => {
      await using under = await create();
      const { storage } = under;
      const staged = await storage.stage(chunks(bytes), roomy);
      const target = key();
      await staged.commit(target);
      await storage.delete(target);
      await storage.delete(target);
      expect(await storage.size(target)).toBeNull();
      await expect(storage.open(target)).rejects.toMatchObject({ code: 'gone' });
      await expect(storage.local(target)).rejects.toMatchObject({ code: 'gone' });
    });

    it.each([
      'answers/../../etc/passwd.mp3',
      'answers/x.mp3',
      `answers/${randomUUID()}.mp3/../../x.mp3`,
      `answers/${randomUUID()}.mp3\0.txt`,
      `answers/..%2F${randomUUID()}.mp3`,
    ] as const)('refuses the key %j', async (wrong) => {
      await using under = await create();
      const { storage } = under;
      await expect(storage.open(wrong)).rejects.toMatchObject({ code: 'not_found' });
      await expect(storage.size(wrong)).rejects.toMatchObject({ code: 'not_found' });
      await expect(storage.delete(wrong)).rejects.toMatchObject({ code: 'not_found' });
      const staged = await storage.stage(chunks(bytes), roomy);
      await expect(staged.commit(wrong)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('lists every key, and only keys', async () => {
      await using under = await create();
      const stored: AudioKey[] = [`questions/${randomUUID()}.mp3`, key(), `replies/${randomUUID()}.mp3`];
      for (const target of stored) await (await under.storage.stage(chunks(bytes), roomy)).commit(target);
      await under.storage.stage(chunks(bytes), roomy);
      const found: AudioKey[] = [];
      for await (const present of under.storage.keys()) found.push(present);
      expect(found.sort()).toEqual(stored.sort());
    });

    it('lets a file be read while it grows, and says what it became', async () => {
      await using under = await create();
      const { storage } = under;
      const target: AudioKey = `replies/${randomUUID()}.mp3`;
      const growing = await storage.grow(target);
      expect(growing.bytes).toBe(0);
      expect(await storage.size(target)).toBe(0);
      // The first two are not waited for: they must not overtake each other.
      const first = growing.append(bytes.subarray(0, 1_000_000));
      await growing.append(bytes.subarray(1_000_000, 1_000_007));
      await first;
      expect(growing.bytes).toBe(1_000_007);
      const middle = await buffer(await storage.open(target, { start: 999_990, end: growing.bytes - 1 }));
      expect(bytes.subarray(999_990, 1_000_007).equals(middle)).toBe(true);
      await growing.append(bytes.subarray(1_000_007));
      expect(await growing.finish()).toEqual({ bytes: bytes.length, sha256 });
      await growing.discard();
      expect(bytes.equals(await buffer(await storage.open(target)))).toBe(true);
      expect(await under.stagedFiles()).toBe(0);
    });

    it('forgets a file that is discarded while it grows, and takes its key again', async () => {
      await using under = await create();
      const { storage } = under;
      const target: AudioKey = `replies/${randomUUID()}.mp3`;
      const growing = await storage.grow(target);
      const appending = growing.append(bytes);
      await growing.discard();
      await growing.discard();
      await appending;
      expect(await storage.size(target)).toBeNull();
      await expect(storage.open(target)).rejects.toMatchObject({ code: 'gone' });
      await (await storage.grow(target)).finish();
      await growing.discard();
      expect(await storage.size(target)).toBe(0);
    });

    it('does not grow a file that is there already, nor one of a wrong name', async () => {
      await using under = await create();
      const { storage } = under;
      const target = key('mp3');
      await (await storage.stage(chunks(bytes), roomy)).commit(target);
      await expect(storage.grow(target)).rejects.toMatchObject({ code: 'conflict' });
      expect(await storage.size(target)).toBe(bytes.length);
      await expect(storage.grow('replies/../../x.mp3')).rejects.toMatchObject({ code: 'not_found' });
    });

    it('does not sweep what is being worked on', async () => {
      await using under = await create();
      const staged = await under.storage.stage(chunks(bytes), roomy);
      expect(await under.storage.sweepStaged()).toBe(0);
      await staged.commit(key());
    });

    it('keeps eight uploads at once apart', async () => {
      await using under = await create();
      const uploads = Array.from({ length: 8 }, (_, index) => randomBytes(1_500_000 + index));
      const staged = await Promise.all(uploads.map((upload) => under.storage.stage(chunks(upload), roomy)));
      for (const [index, upload] of uploads.entries()) {
        expect(staged[index]?.sha256).toBe(createHash('sha256').update(upload).digest('hex'));
      }
    });
  });
}
