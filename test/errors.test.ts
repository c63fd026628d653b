import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../src/db/client.ts';
import { asDomainError } from '../src/errors.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { quiet } from './support/quiet.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { poolSize: 2, log: quiet });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const failed = (work: Promise<unknown>) => work.then(() => expect.fail('it worked'), asDomainError);

/** As PostgreSQL says it when it crashes, which it cannot be made to do here without ending everybody's. */
const raise = (code: string) => `do $$ begin raise exception 'no details for users' using errcode = '${code}'; end $$`;

test.each(['57P01', '57P02', '57P03', '40P01'])(
  '%s from the database is told as a database that cannot serve',
  async (code) => {
    for (const error of [
      await failed(db.prisma.$executeRawUnsafe(raise(code))),
      await failed(db.pool.query(raise(code))),
    ]) {
      expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) });
      expect(error.message).not.toContain('no details');
    }
  },
);

test('what is our own mistake stays one', async () => {
  expect(await failed(db.prisma.$executeRawUnsafe(raise('22012')))).toMatchObject({ code: 'internal' });
});
