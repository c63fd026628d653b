import { expect, test } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { fuzzCampaign } from './fuzz.ts';

test('whatever is sent is answered or refused with a code, and leaves nothing behind', async () => {
  await using database = await createTestDatabase();
  const report = await fuzzCampaign({ seed: 2, share: 0.01, say: () => {}, databaseUrl: database.url });
  expect(report.found).toEqual([]);
}, 60_000);
