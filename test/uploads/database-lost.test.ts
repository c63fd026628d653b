import { afterAll, beforeAll, expect, test } from 'vitest';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { createTestDatabase } from '../support/database.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf, leftBehind } from './support/candidate.ts';
import { type DatabaseLink, linkTo } from './support/database-link.ts';
import { recordingForm } from './support/forms.ts';

const opened = new AsyncDisposableStack();
let link: DatabaseLink;
let server: Viva;
let candidate: Candidate;
beforeAll(async () => {
  const database = opened.use(await createTestDatabase());
  link = opened.use(await linkTo(database.url));
  server = opened.use(await startViva({ DATABASE_URL: link.url }));
  candidate = await candidateOf(server);
});
afterAll(() => opened.disposeAsync());

const ready = async () => (await fetch(`${server.url}/health/ready`)).status;

test('the database goes away while a recording arrives: 503, nothing stays, and it recovers by itself', async () => {
  const sent = recordingForm(wav(speechLike(2_000)));
  const before = await leftBehind(server);
  const interrupted = await candidate.upload(sent, {
    body: (async function* () {
      yield sent.bytes.subarray(0, 100_000);
      await expect.poll(async () => (await leftBehind(server)).staged.length).toBe(1);
      await link.cut();
      yield sent.bytes.subarray(100_000);
    })(),
  });
  expect({ status: interrupted.status, code: interrupted.code() }).toEqual({ status: 503, code: 'unavailable' });
  expect(Number(interrupted.headers['retry-after'])).toBeGreaterThan(0);
  const early = await candidate.upload(sent);
  expect({ status: early.status, code: early.code() }).toEqual({ status: 503, code: 'unavailable' });
  expect(await ready()).toBe(503);
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);

  await link.mend();
  await expect.poll(ready, { timeout: 10_000 }).toBe(200);
  expect(await leftBehind(server)).toEqual(before);
  expect((await candidate.upload(sent)).status).toBe(201);
});

test('every connection is ended by the database: the next request opens another', async () => {
  const { pool } = server.deps.db;
  await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  expect((await candidate.upload(recordingForm(wav(speechLike(2_500))))).status).toBe(201);
});

test('whoever gets an answer has their recording, even when the database’s own answer was lost before', async () => {
  const sent = recordingForm(wav(speechLike(3_000)));
  link.loseNextCommit();
  const first = await candidate.upload(sent);
  expect({ status: first.status, code: first.code() }).toEqual({ status: 503, code: 'unavailable' });
  const again = await candidate.upload(sent);
  expect(again.status).toBe(201);
  const { audio } = JSON.parse(again.body.toString());
  const played = await candidate.fetch(audio.url);
  expect({ status: played.status, bytes: (await played.bytes()).length }).toEqual({ status: 200, bytes: audio.bytes });
});
