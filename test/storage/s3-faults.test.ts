import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { AudioKey } from '../../src/storage/audio-storage.ts';
import type { S3StorageOptions } from '../../src/storage/s3.ts';
import type { S3Server } from '../support/s3-server.ts';
import { createS3, newKey, stage, store } from './s3-under-test.ts';

describe('s3 storage when something fails', () => {
  const bytes = randomBytes(300_000);
  const put = /^PUT /;
  const get = /^GET .*answers/;

  it.each<[string, Parameters<S3Server['fail']>[0], string]>([
    ['is throttled', { status: 503, code: 'SlowDown' }, 'unavailable'],
    ['fails', { status: 500, code: 'InternalError' }, 'unavailable'],
    ['cuts every connection', 'reset', 'unavailable'],
    ['has no room left', { status: 507, code: 'XMinioStorageFull' }, 'storage_full'],
    ['received other bytes', { status: 400, code: 'BadDigest' }, 'unavailable'],
    ['lost its bucket', { status: 404, code: 'NoSuchBucket' }, 'unavailable'],
  ])('refuses an upload while S3 %s, keeps nothing, and takes it later', async (_what, fault, code) => {
    await using under = await createS3();
    under.server.fail(fault, { matching: put, times: 3 });
    const staged = await stage(under, bytes);
    const key = newKey();
    const refused = await staged.commit(key).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code, ...(code === 'unavailable' && { retryAfterMs: expect.any(Number) }) });
    expect(String(refused)).not.toMatch(/viva-recordings|answers|127\.0\.0\.1|AKIA|Signature/);
    expect(under.server.objects.size).toBe(0);
    under.server.recover();
    await staged.commit(key);
    expect(await under.storage.size(key)).toBe(bytes.length);
    expect(await under.stagedFiles()).toBe(0);
  });

  it.each<[string, Parameters<S3Server['fail']>[0]]>([
    ['throttling', { status: 503, code: 'SlowDown' }],
    ['a lost connection', 'reset'],
    ['a lost answer to an upload that was stored', 'stored-unanswered'],
  ])('gets over %s', async (_what, fault) => {
    await using under = await createS3();
    under.server.fail(fault, { matching: put });
    const key = await store(under, bytes);
    expect(await under.storage.size(key)).toBe(bytes.length);
  });

  it('aborts an upload in parts of which one is lost', async () => {
    await using under = await createS3();
    const staged = await stage(under, randomBytes(12_000_000));
    under.server.fail('reset', { matching: /partNumber=2/, times: 3 });
    await expect(staged.commit(newKey())).rejects.toMatchObject({ code: 'unavailable' });
    await staged.discard();
    expect([under.server.objects.size, under.server.uploads.size, await under.stagedFiles()]).toEqual([0, 0, 0]);
  });

  it('gives up on a server that never answers', async () => {
    await using under = await createS3({ requestTimeoutMs: 100 });
    const key = await store(under, bytes);
    under.server.fail('stall', { matching: /answers/, times: 6 });
    await expect(under.storage.open(key)).rejects.toMatchObject({ code: 'unavailable' });
    await expect((await stage(under, bytes)).commit(newKey())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('reads on when an answer breaks off', async () => {
    await using under = await createS3();
    const key = await store(under, bytes);
    under.server.fail('broken-off', { matching: get, times: 2 });
    expect(bytes.equals(await buffer(await under.storage.open(key)))).toBe(true);
  });

  it('lends no local file whose bytes are not those that were uploaded', async () => {
    await using under = await createS3();
    const key = await store(under, bytes);
    under.server.fail('corrupt', { matching: get });
    await expect(under.storage.local(key)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await under.stagedFiles()).toBe(0);
  });

  it('tells the operator, and nobody else, what to set when S3 refuses the credentials', async () => {
    await using under = await createS3();
    const key = await store(under, bytes);
    under.server.fail({ status: 403, code: 'AccessDenied' }, { matching: /answers/, times: 2 });
    await expect(under.storage.open(key)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(under.storage.size(key)).rejects.toMatchObject({ code: 'unavailable' });
    expect(under.logged).toHaveLength(2);
    expect(under.logged[0]).toMatch(/S3_SECRET_ACCESS_KEY/);
  });

  it('keeps nothing of a reply that could not be uploaded', async () => {
    await using under = await createS3();
    const key: AudioKey = `replies/${randomUUID()}.mp3`;
    const growing = await under.storage.grow(key);
    await growing.append(bytes);
    under.server.fail({ status: 500, code: 'InternalError' }, { matching: put, times: 3 });
    await expect(growing.finish()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await under.stagedFiles()).toBe(0);
    await growing.discard();
    expect(await under.storage.size(key)).toBeNull();
  });

  it.each<[string, Partial<S3StorageOptions>, RegExp]>([
    ['bucket', { bucket: 'another-bucket' }, /^S3_BUCKET/],
    ['secret', { credentials: { accessKeyId: 'AKIAVIVATEST', secretAccessKey: 'wrong' } }, /^S3_SECRET_ACCESS_KEY/],
    ['key id', { credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'wrong' } }, /^S3_ACCESS_KEY_ID/],
    ['region', { region: 'us-west-2' }, /^S3_REGION/],
    ['address', { endpoint: 'http://127.0.0.1:1' }, /^S3_ENDPOINT/],
  ])('does not start with a wrong %s', async (_what, changed, told) => {
    await using under = await createS3();
    await expect(under.again(changed)).rejects.toMatchObject({
      name: 'S3SettingsError',
      message: expect.stringMatching(told),
    });
  });
});
