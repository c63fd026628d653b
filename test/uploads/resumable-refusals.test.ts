import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sweepUploads } from '../../src/interview/finished-uploads.ts';
import { seedInterview } from '../api/support/interviews.ts';
import { exchange } from './support/exchange.ts';
import { bodyType, senderOf, speech } from './support/resumable.ts';
import { maxBytes, origin, resumableWorld } from './support/resumable-world.ts';

const of = resumableWorld();

test('an offset that is not where the upload is changes nothing', async () => {
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  await of.sender.patch(path, 0, bytes.subarray(0, 1_000));
  for (const offset of [0, 999, 1_001]) {
    const refused = await of.sender.patch(path, offset, bytes.subarray(offset, offset + 10));
    expect([refused.status, refused.code()]).toEqual([409, 'conflict']);
  }
  expect(await of.sender.offsetOf(path)).toBe(1_000);
  const beyond = await of.sender.patch(path, 1_000, Buffer.alloc(bytes.length));
  expect([beyond.status, beyond.code()]).toEqual([413, 'too_large']);
  expect((await of.sender.ask('DELETE', path)).status).toBe(204);
  expect((await of.sender.ask('HEAD', path)).status).toBe(404);
  await of.expectNoParts();
});

test('somebody else finds nothing there', async () => {
  const path = await of.sender.begun(1_000, of.questionId);
  const stranger = senderOf(of.server.url, (await of.server.signIn()).token);
  const headers = { 'content-type': bodyType, 'upload-offset': '0' };
  for (const [method, to] of [
    ['HEAD', path],
    ['PATCH', path],
    ['DELETE', path],
    ['GET', `${path}/result`],
  ] as const) {
    expect((await stranger.ask(method, to, { headers })).status).toBe(404);
    expect((await of.sender.ask(method, to.replace(/[0-9a-f-]{36}/, randomUUID()), { headers })).status).toBe(404);
    expect((await of.sender.ask(method, to, { headers: { authorization: '' } })).status).toBe(401);
  }
  expect((await stranger.begin(1_000, { questionId: of.questionId })).code()).toBe('not_found');
  expect((await of.sender.ask('DELETE', path)).status).toBe(204);
});

test('a day after it began it is gone', async () => {
  const path = await of.sender.begun(1_000, of.questionId);
  await of.sender.patch(path, 0, Buffer.alloc(100));
  const abandoned = await of.sender.begun(1_000, of.questionId);
  await of.sender.patch(abandoned, 0, Buffer.alloc(100));
  await of.server.deps.db.pool.query(
    `update resumable_uploads set created_at = now() - interval '25 hours'
    where question_id = $1`,
    [of.questionId],
  );
  const refused = await of.sender.patch(path, 100, Buffer.alloc(900));
  expect([refused.status, refused.code()]).toEqual([410, 'gone']);
  await sweepUploads(of.server.deps.product, new AbortController().signal);
  expect((await of.sender.ask('HEAD', abandoned)).status).toBe(404);
  await of.expectNoParts();
});

describe('refused when it begins', () => {
  test.each([
    ['too large', maxBytes + 1, {}, 413, 'too_large'],
    ['a question that is not there', 1_000, { questionId: randomUUID() }, 404, 'not_found'],
    ['no question', 1_000, { questionId: '' }, 400, 'invalid_input'],
    ['a turn, which is live', 1_000, { sessionId: randomUUID() }, 400, 'invalid_input'],
  ])('%s', async (_what, length, about, status, code) => {
    const refused = await of.sender.begin(length, { questionId: of.questionId, ...about });
    expect([refused.status, refused.code()]).toEqual([status, code]);
  });

  test('without consent, and in a session that has ended', async () => {
    const shy = await of.server.signIn({ consent: false });
    const interview = await seedInterview(of.server, shy.userId);
    expect(
      (await senderOf(of.server.url, shy.token).begin(1_000, { questionId: interview.questionIds[0] })).code(),
    ).toBe('consent_required');
    const ended = await seedInterview(of.server, of.user.userId, 1, { state: 'ended' });
    expect((await of.sender.begin(1_000, { questionId: ended.questionIds[0] })).code()).toBe('session_ended');
  });

  test('without the protocol, or with another of it', async () => {
    const path = await of.sender.begun(1_000, of.questionId);
    for (const spoken of [{ 'tus-resumable': '0.2.2' }, { 'tus-resumable': '' }]) {
      const refused = await of.sender.ask('PATCH', path, {
        headers: { ...spoken, 'content-type': bodyType, 'upload-offset': '0' },
      });
      expect([refused.status, refused.code(), refused.headers['tus-version']]).toEqual([
        412,
        'precondition_failed',
        '1.0.0',
      ]);
    }
    const json = await of.sender.ask('PATCH', path, {
      headers: { 'content-type': 'application/json', 'upload-offset': '0' },
    });
    expect(json.status).toBe(415);
    await of.sender.ask('DELETE', path);
  });

  test('more than ten that are unfinished', async () => {
    const paths = await Promise.all(
      Array.from({ length: 12 }, () => of.sender.begin(1_000, { questionId: of.questionId })),
    );
    expect(paths.map(({ status }) => status).toSorted()).toEqual([...Array(10).fill(201), 429, 429]);
    for (const { headers } of paths) if (headers.location) await of.sender.ask('DELETE', String(headers.location));
    await of.sender.begun(1_000, of.questionId);
  });
});

test('what is no recording is refused with the last byte, whenever it is asked, and leaves nothing', async () => {
  const bytes = Buffer.from('not a recording'.repeat(100));
  const path = await of.sender.begun(bytes.length, of.questionId);
  const refused = await of.sender.patch(path, 0, bytes);
  expect([refused.status, refused.code()]).toEqual([415, 'unsupported_media']);
  expect((await of.sender.ask('HEAD', path)).status).toBe(415);
  expect((await of.sender.ask('GET', `${path}/result`)).code()).toBe('unsupported_media');
  expect((await of.sender.begin(0, { questionId: of.questionId })).status).toBeGreaterThanOrEqual(400);
  expect(await of.answers()).toEqual([]);
  await of.expectNoParts();
});

test('deleting the account deletes what had come', async () => {
  const path = await of.sender.begun(1_000, of.questionId);
  await of.sender.patch(path, 0, Buffer.alloc(100));
  expect(await of.parts()).toHaveLength(1);
  await of.user.viva.auth.deleteAccount.mutate({ confirm: true });
  await of.expectNoParts();
});

test('strangers may ask what is spoken, and pages of other origins may speak it', async () => {
  const { status, headers } = await exchange(of.server.url, '/upload/resumable', { method: 'OPTIONS' });
  expect(status).toBe(204);
  expect(headers).toMatchObject({ 'tus-version': '1.0.0', 'tus-max-size': String(maxBytes) });
  expect(String(headers['tus-extension']).split(',')).toEqual(
    expect.arrayContaining(['creation', 'creation-with-upload', 'expiration', 'termination']),
  );
  const asking = {
    origin,
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'upload-offset',
  };
  const preflight = await exchange(of.server.url, '/upload/resumable/1', { method: 'OPTIONS', headers: asking });
  expect(preflight.headers['access-control-allow-origin']).toBe(origin);
  expect(preflight.headers['access-control-allow-methods']).toContain('PATCH');
  expect(preflight.headers['access-control-allow-headers']).toContain('upload-offset');
  const answer = await of.sender.ask('HEAD', await of.sender.begun(1_000, of.questionId), { headers: { origin } });
  for (const name of [
    'Location',
    'Upload-Offset',
    'Upload-Length',
    'Upload-Result',
    'Upload-Expires',
    'Tus-Resumable',
  ]) {
    expect(answer.headers['access-control-expose-headers']).toContain(name);
  }
});
