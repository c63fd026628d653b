import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AudioKey } from '../../src/storage/audio-storage.ts';
import { createS3, store } from './s3-under-test.ts';

describe('presigned reads', () => {
  const bytes = randomBytes(50_000);
  const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

  it('serve the file and ranges of it, say what was asked for, and nothing else', async () => {
    await using under = await createS3({ presignedReads: true });
    const { storage, server } = under;
    const key = await store(under, bytes);
    const address = (await storage.direct?.address(key, 'audio/webm')) ?? '';
    expect(new URL(address).origin).toBe(storage.direct?.origin);
    const whole = await fetch(address);
    expect([whole.status, whole.headers.get('content-type'), whole.headers.get('content-disposition')]).toEqual([
      200,
      'audio/webm',
      `inline; filename="${key.split('/')[1]}"`,
    ]);
    expect(sha256(await whole.bytes())).toBe(sha256(bytes));
    const part = await fetch(address, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
    expect(bytes.subarray(10, 20).equals(await part.bytes())).toBe(true);
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(address.replace('audio%2Fwebm', 'text%2Fhtml'))).status).toBe(403);
    expect((await fetch(address.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800'))).status).toBe(403);
    expect((await fetch(`${server.url}/${server.bucket}/viva/tests/${key}`)).status).toBe(403);
    expect(server.objects.size).toBe(1);
  });

  it('end after a quarter of an hour', async () => {
    await using under = await createS3({ presignedReads: true });
    const address = (await under.storage.direct?.address(await store(under, bytes), 'audio/webm')) ?? '';
    under.server.clock.aheadMs = 15 * 60_000 - 10_000;
    expect((await fetch(address)).status).toBe(200);
    under.server.clock.aheadMs = 15 * 60_000 + 1_000;
    const late = await fetch(address);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });

  it('are not offered for a reply that is still spoken, nor unless they are wanted', async () => {
    await using under = await createS3({ presignedReads: true });
    const key: AudioKey = `replies/${randomUUID()}.mp3`;
    const growing = await under.storage.grow(key);
    expect(await under.storage.direct?.address(key, 'audio/mpeg')).toBeNull();
    await growing.append(bytes);
    await growing.finish();
    expect(await under.storage.direct?.address(key, 'audio/mpeg')).toContain('X-Amz-Signature');
    expect((await under.again({ presignedReads: false })).direct).toBeUndefined();
  });
});
