import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createReplyAudio, type ReplyAudio } from '../../src/conversation/reply-audio.ts';
import type { AudioStorage } from '../../src/storage/audio-storage.ts';
import { createDiskStorage } from '../../src/storage/disk.ts';
import { measure } from '../offline/recordings.ts';
import { chunked, mp3, walk } from './mp3-pieces.ts';

let piece: Buffer;
let root: string;
let storage: AudioStorage;
let replies: ReplyAudio;
let id: string;

beforeAll(async () => {
  piece = await mp3(1000);
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'viva-reply-'));
  storage = createDiskStorage({ root });
  replies = createReplyAudio(storage);
  id = randomUUID();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const never = new AbortController().signal;
const stored = () => readFile(join(root, 'replies', `${id}.mp3`));

function follow(start = 0, signal = never): AsyncIterable<Uint8Array> {
  const bytes = replies.follow(id, start, signal);
  if (!bytes) throw new Error('it does not grow');
  return bytes;
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of bytes) all.push(chunk);
  return Buffer.concat(all);
}

describe('the audio of a reply', () => {
  it('is one file of all pieces that players measure right, hashed and counted', async () => {
    const recorder = replies.begin(id);
    const { durationS } = await measure(piece);
    for (const size of [100, 5000]) await recorder.add(chunked(piece, size));
    expect(recorder.durationMs).toBeCloseTo(durationS * 2000, -1);
    const finished = await recorder.finish();
    const bytes = await stored();
    expect(finished).toEqual({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      durationMs: recorder.durationMs,
    });
    expect((await measure(bytes)).durationS).toBeCloseTo(durationS * 2, 3);
  });

  it('can be followed from any offset by several readers at once, while it grows', async () => {
    const recorder = replies.begin(id);
    const early = [0, 1, 700, 20_000].map((start) => collect(follow(start)));
    await recorder.add(chunked(piece, 500));
    const amid = [0, recorder.bytes - 1, recorder.bytes, recorder.bytes + 10].map((start) => ({
      start,
      bytes: collect(follow(start)),
    }));
    await recorder.add(chunked(piece, 3000));
    await recorder.finish();
    const whole = await stored();
    const starts = [0, 1, 700, 20_000];
    for (const [index, bytes] of early.entries())
      expect((await bytes).equals(whole.subarray(starts[index]))).toBe(true);
    for (const { start, bytes } of amid) expect((await bytes).equals(whole.subarray(start))).toBe(true);
  });

  it('gives the first frames as soon as they came', async () => {
    const recorder = replies.begin(id);
    const reader = follow()[Symbol.asyncIterator]();
    const first = reader.next();
    const rest = Promise.withResolvers<void>();
    async function* stalling() {
      yield piece.subarray(0, 4000);
      await rest.promise;
      yield piece.subarray(4000);
    }
    const adding = recorder.add(stalling());
    const bytes = Buffer.from((await first).value);
    expect(walk(bytes).starts.length).toBeGreaterThan(1);
    rest.resolve();
    await adding;
    await recorder.finish();
  });

  it('gives a reader that falls behind the same bytes', async () => {
    const recorder = replies.begin(id);
    const read: Uint8Array[] = [];
    const reader = follow()[Symbol.asyncIterator]();
    async function* stepping() {
      let chunks = 0;
      for await (const chunk of chunked(piece, 600)) {
        yield chunk;
        chunks += 1;
        if (chunks % 7 === 6) read.push((await reader.next()).value);
      }
    }
    await recorder.add(stepping());
    await recorder.finish();
    for (let next = await reader.next(); !next.done; next = await reader.next()) read.push(next.value);
    expect(Buffer.concat(read).equals(await stored())).toBe(true);
  });

  it('ends for its readers without one byte when nothing was said', async () => {
    const recorder = replies.begin(id);
    const reading = collect(follow());
    await recorder.finish();
    expect((await reading).length).toBe(0);
  });

  it('fails for its readers when it is discarded, and leaves no file', async () => {
    const recorder = replies.begin(id);
    await recorder.add(chunked(piece));
    const reader = follow(recorder.bytes)[Symbol.asyncIterator]();
    const waiting = expect(reader.next()).rejects.toMatchObject({ code: 'gone' });
    const late = follow();
    await recorder.discard();
    await recorder.discard();
    await waiting;
    await expect(collect(late)).rejects.toMatchObject({ code: 'gone' });
    expect(replies.follow(id, 0, never)).toBeNull();
    expect(await storage.size(`replies/${id}.mp3`)).toBeNull();
  });

  it('does not ask for ever for bytes that somebody took away', async () => {
    const recorder = replies.begin(id);
    await recorder.add(chunked(piece, 500));
    await truncate(join(root, 'replies', `${id}.mp3`), 100);
    await expect(collect(follow())).rejects.toMatchObject({ code: 'gone' });
    await recorder.discard();
  });

  it('lets a waiting reader go when its signal aborts', async () => {
    const recorder = replies.begin(id);
    const leaving = new AbortController();
    const reading = expect(collect(follow(0, leaving.signal))).rejects.toMatchObject({ name: 'AbortError' });
    leaving.abort();
    await reading;
    await recorder.discard();
  });

  it('serves new readers from here until its row is kept, then no more', async () => {
    const recorder = replies.begin(id);
    await recorder.add(chunked(piece));
    const meanwhile: Buffer[] = [];
    const finished = await recorder.finish(async ({ bytes }) => {
      expect((await stored()).length).toBe(bytes);
      meanwhile.push(await collect(follow(100)));
    });
    expect(meanwhile[0]?.length).toBe(finished.bytes - 100);
    expect(replies.follow(id, 0, never)).toBeNull();
    await recorder.discard();
    expect((await stored()).length).toBe(finished.bytes);
  });

  it('keeps what was heard of a piece that breaks off', async () => {
    const recorder = replies.begin(id);
    const broken = new Error('reset');
    async function* breaking() {
      yield piece.subarray(0, 5000);
      throw broken;
    }
    await expect(recorder.add(breaking())).rejects.toBe(broken);
    const half = recorder.durationMs;
    expect(half).toBeGreaterThan(50);
    await recorder.add(chunked(piece));
    await recorder.finish();
    const { durationMs } = walk(await stored());
    expect(recorder.durationMs).toBe(Math.round(durationMs));
    expect(durationMs).toBeGreaterThan(half + 900);
  });

  it.each(['', '{"error":"quota"}'])('refuses a piece without sound: %j', async (text) => {
    const recorder = replies.begin(id);
    await expect(recorder.add(chunked(Buffer.from(text)))).rejects.toMatchObject({ code: 'upstream_failed' });
    await recorder.discard();
  });

  it('creates its file with its first sound, never twice, and knows nobody else', async () => {
    const recorder = replies.begin(id);
    expect(await storage.size(`replies/${id}.mp3`)).toBeNull();
    await recorder.add(chunked(piece, 400));
    await recorder.finish();
    const other = replies.begin(id);
    await expect(other.add(chunked(piece, 400))).rejects.toMatchObject({ code: 'conflict' });
    expect(replies.follow(randomUUID(), 0, never)).toBeNull();
  });

  it.runIf(existsSync('/proc/self/fd'))('closes every descriptor when readers leave', async () => {
    const open = async () => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).filter((target) => target.startsWith(root)).length;
    };
    const recorder = replies.begin(id);
    await recorder.add(chunked(piece, 400));
    for (let reader = 0; reader < 20; reader++) for await (const _ of follow()) break;
    await recorder.finish();
    for (let waits = 0; waits < 50 && (await open()) > 0; waits++) await sleep(20);
    expect(await open()).toBe(0);
  });
});
