import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { describeStorageContract } from './contract.ts';
import { createS3, newKey, stage, store } from './s3-under-test.ts';

describeStorageContract('s3', () => createS3());

describe('s3 storage', () => {
  const bytes = randomBytes(1_500_000);

  it('uploads 20 MB in parts that are checked one by one, and reads it back in every way', async () => {
    await using under = await createS3();
    const { server, storage } = under;
    const large = randomBytes(20_000_000);
    const key = await store(under, large);
    expect(server.requests.filter((line) => /^PUT .*partNumber=/.test(line))).toHaveLength(4);
    expect([...server.objects.keys()]).toEqual([`viva/tests/${key}`]);
    expect(server.uploads.size).toBe(0);
    expect(await storage.size(key)).toBe(large.length);
    expect(large.equals(await buffer(await storage.open(key)))).toBe(true);
    await using local = await storage.local(key);
    expect(large.equals(await readFile(local.path))).toBe(true);
    await using file = await storage.file(key, { start: 10_000_000, end: 10_000_009 });
    const into = new Uint8Array(10);
    expect(await file.read(into, 10_000_000)).toBe(10);
    expect(large.subarray(10_000_000, 10_000_010).equals(into)).toBe(true);
    expect(await file.read(into, large.length)).toBe(0);
    expect(await file.read(into, large.length - 3)).toBe(3);
  });

  it('fetches no more than the range that will be read, in one request', async () => {
    await using under = await createS3();
    const key = await store(under, bytes);
    under.server.requests.length = 0;
    await using file = await under.storage.file(key, { start: 1_000, end: 1_999 });
    const into = new Uint8Array(600);
    expect(await file.read(into, 1_000)).toBe(600);
    expect(bytes.subarray(1_000, 1_600).equals(into)).toBe(true);
    expect(await file.read(into.subarray(0, 400), 1_600)).toBe(400);
    expect(bytes.subarray(1_600, 2_000).equals(into.subarray(0, 400))).toBe(true);
    expect(under.server.requests).toHaveLength(1);
  });

  it('leaves the local file when it is lent, and removes it afterwards', async () => {
    await using under = await createS3();
    const key = await store(under, bytes);
    {
      await using local = await under.storage.local(key);
      expect(local.path).not.toContain(under.server.bucket);
      expect(await under.stagedFiles()).toBe(1);
    }
    expect(await under.stagedFiles()).toBe(0);
  });

  it('lists over many pages, and only what is its own', async () => {
    await using under = await createS3();
    under.server.pageSize = 2;
    const stored: string[] = [];
    for (let index = 0; index < 5; index++) stored.push(await store(under, Buffer.from('x')));
    const other = { content: Buffer.from('x'), etag: '"x"', metadata: {} };
    for (const name of ['viva/tests/readme.txt', `answers/${randomUUID()}.mp3`, `viva/tests2/${newKey()}`]) {
      under.server.objects.set(name, other);
    }
    const found: string[] = [];
    for await (const key of under.storage.keys()) found.push(key);
    expect(found.sort()).toEqual(stored.sort());
  });

  it('stores nothing over another object', async () => {
    await using under = await createS3();
    const key = await store(under, bytes);
    const staged = await stage(under, Buffer.from('other'));
    await expect(staged.commit(key)).rejects.toMatchObject({ code: 'conflict' });
    await staged.discard();
    expect(await under.storage.size(key)).toBe(bytes.length);
    expect(await under.stagedFiles()).toBe(0);
  });

  it('does without conditional writes where the server knows none', async () => {
    await using under = await createS3({}, { conditionalWrites: false });
    for (const length of [10, 6_000_000]) {
      const key = await store(under, randomBytes(length));
      expect(await under.storage.size(key)).toBe(length);
    }
    expect(under.server.uploads.size).toBe(0);
  });

  it('aborts uploads in parts that somebody left an hour ago, and no younger ones', async () => {
    await using under = await createS3();
    const { server, storage } = under;
    server.pageSize = 1;
    const begun = (key: string, agoMs: number) => {
      const initiated = new Date(Date.now() - agoMs);
      server.uploads.set(randomUUID(), { key, initiated, metadata: {}, parts: new Map() });
    };
    for (let index = 0; index < 3; index++) begun(`viva/tests/${newKey()}`, 3_700_000);
    begun(`viva/tests/${newKey()}`, 60_000);
    begun('somebody/elses.bin', 3_700_000);
    expect(await storage.sweepStaged()).toBe(3);
    expect([...server.uploads.values()].map(({ initiated }) => initiated.getTime() < Date.now() - 3_600_000)).toEqual(
      expect.arrayContaining([false, true]),
    );
    expect(server.uploads.size).toBe(2);
  });
});
