import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Claim, Hold, Idempotency, KeyedRequest } from '../../src/idempotency/claim.ts';
import { createIdempotency } from '../../src/idempotency/idempotency.ts';
import { startViva, type Viva } from '../support/viva.ts';

let viva: Viva;
beforeAll(async () => {
  viva = await startViva();
});
afterAll(() => viva?.close());

/** Another server on the same database. */
function aServer({ leaseMs = 30_000, secret = 'shared', closing = new AbortController().signal } = {}): Idempotency {
  const { db, product } = viva.deps;
  return createIdempotency({ db, secret, log: product.log, closing, leaseMs });
}

const asking = (rest: Partial<KeyedRequest> = {}): KeyedRequest => ({
  owner: 'user:1',
  key: randomUUID(),
  operation: 'create a session',
  signal: new AbortController().signal,
  ...rest,
});

const holdOf = ({ hold }: Claim): Hold => hold ?? expect.fail('the work is done, or somebody else does it');
const answerOf = ({ answer }: Claim) =>
  answer && { ...answer, content: answer.content && `${Buffer.from(answer.content)}` };
const done = { status: 201, content: Buffer.from('{"token":"open sesame"}') };
const told = { status: 201, content: '{"token":"open sesame"}' };
const rowsOf = (owner: string) => viva.deps.db.prisma.idempotencyKey.findMany({ where: { owner } });

/** Whether somebody who waits has been answered by now. */
const pending = Symbol('pending');
const soFar = (claim: Promise<Claim>) => Promise.race([claim, new Promise((end) => setImmediate(end, pending))]);

test('the second waits for the first, on the same server and on another', async () => {
  const [one, other] = [aServer(), aServer()];
  const request = asking();
  const hold = holdOf(await one.claim(request));
  const [here, there] = [one.claim(request), other.claim(request)];
  expect(await soFar(here)).toBe(pending);
  expect(await soFar(there)).toBe(pending);
  await hold.keep(done);
  expect(answerOf(await here)).toMatchObject(told);
  expect(answerOf(await there)).toMatchObject(told);
  expect(answerOf(await aServer().claim(request))).toMatchObject(told);
});

test('another content is refused while the first is at work, and after', async () => {
  const [one, other] = [aServer(), aServer()];
  const request = asking();
  const hold = holdOf(await one.claim(request));
  const another = { ...request, operation: 'something else' };
  for (const server of [one, other]) await expect(server.claim(another)).rejects.toMatchObject({ code: 'conflict' });
  await hold.keep(done);
  for (const server of [one, other]) await expect(server.claim(another)).rejects.toMatchObject({ code: 'conflict' });
});

test('another form is refused once the first is known', async () => {
  const server = aServer();
  const form = (text: string) => async () => text;
  const request = asking({ readForm: () => expect.fail('whoever works reads the form itself') });
  const hold = holdOf(await server.claim(request));
  const [same, another] = [
    server.claim({ ...request, readForm: form('one') }),
    server.claim({ ...request, readForm: form('two') }),
  ];
  await Promise.all([
    expect(another).rejects.toMatchObject({ code: 'conflict' }),
    same.then((claim) => expect(answerOf(claim)).toMatchObject(told)),
    hold.keep(done, 'one'),
  ]);
});

test('what is given up is done by the next', async () => {
  const [one, other] = [aServer(), aServer()];
  const request = asking();
  const first = holdOf(await one.claim(request));
  const [here, there] = [one.claim(request), other.claim(request)];
  await first.release();
  const next = await Promise.race([here, there]);
  await holdOf(next).keep(done);
  const claims = await Promise.all([here, there]);
  expect(claims.filter(({ hold }) => hold)).toHaveLength(1);
  expect(answerOf(claims.find(({ answer }) => answer) ?? expect.fail('one was told'))).toMatchObject(told);
});

test('a server that died is followed by the next, and its late answer counts for nothing', async () => {
  const request = asking({ owner: 'user:dead' });
  const late = holdOf(await aServer({ leaseMs: 2_000_000_000 }).claim(request));
  const waiting = aServer().claim(request);
  expect(await soFar(waiting)).toBe(pending);
  const { prisma } = viva.deps.db;
  await prisma.idempotencyKey.updateMany({ where: { owner: 'user:dead' }, data: { leaseUntil: new Date(0) } });
  const hold = holdOf(await waiting);
  await late.keep({ status: 500, content: null });
  await late.release();
  await hold.keep(done);
  expect(answerOf(await aServer().claim(request))).toMatchObject(told);
});

test('one that lives keeps its lease', async () => {
  const request = asking({ owner: 'user:slow' });
  const hold = holdOf(await aServer({ leaseMs: 300 }).claim(request));
  const lease = async () => (await rowsOf('user:slow'))[0]?.leaseUntil?.getTime();
  const before = (await lease()) ?? expect.fail('no lease');
  await expect.poll(lease, { timeout: 10_000 }).toBeGreaterThan(before + 300);
  await hold.keep(done);
  expect(await rowsOf('user:slow')).toMatchObject([{ status: 201, leaseUntil: null }]);
});

test('an answer is told for 24 hours', async () => {
  const { prisma } = viva.deps.db;
  const request = asking({ owner: 'user:old' });
  await holdOf(await aServer().claim(request)).keep(done);
  const age = (hours: number) =>
    prisma.idempotencyKey.updateMany({
      where: { owner: 'user:old' },
      data: { createdAt: new Date(Date.now() - hours * 3_600_000) },
    });
  await age(23.9);
  expect(answerOf(await aServer().claim(request))).toMatchObject(told);
  await age(24.1);
  await holdOf(await aServer().claim({ ...request, operation: 'something new' })).release();
  expect(await rowsOf('user:old')).toEqual([]);
});

test('the same key of another owner is another key', async () => {
  const server = aServer();
  const request = asking();
  await holdOf(await server.claim(request)).keep(done);
  await holdOf(await server.claim({ ...request, owner: 'user:2', operation: 'something else' })).release();
});

test('the row tells neither the key nor the answer', async () => {
  const request = asking({ owner: 'user:secret', operation: 'log in with my password' });
  await holdOf(await aServer().claim(request)).keep(done);
  const [row] = await rowsOf('user:secret');
  const text = `${JSON.stringify(row)} ${Buffer.from(row?.answer ?? []).toString('latin1')}`;
  expect(row?.answer?.length).toBeGreaterThan(done.content.length);
  for (const hidden of [request.key, 'open sesame', 'password']) expect(text).not.toContain(hidden);
});

test('of an answer that is too large only the end of the work is known', async () => {
  const request = asking();
  await holdOf(await aServer().claim(request)).keep({ status: 200, content: Buffer.alloc(1_048_577) });
  expect((await aServer().claim(request)).answer).toMatchObject({ status: 200, content: null });
});

test('nobody waits when the client leaves or the server stops', async () => {
  const stop = new AbortController();
  const server = aServer({ closing: stop.signal });
  const request = asking();
  const hold = holdOf(await aServer().claim(request));
  const leave = new AbortController();
  const left = server.claim({ ...request, signal: leave.signal });
  const stopped = server.claim(request);
  leave.abort();
  await expect(left).rejects.toMatchObject({ code: 'conflict', retryAfterMs: expect.any(Number) });
  expect(await soFar(stopped)).toBe(pending);
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'conflict' });
  await hold.release();
});
