import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { loadCampaign } from './load.ts';
import { slowCampaign } from './slow.ts';

const short = { seed: 1, share: 0.03, say: () => {} };

test('conversations, subscribers and an evaluation at once: nobody misses anything', async () => {
  await using database = await createTestDatabase();
  expect((await loadCampaign({ ...short, databaseUrl: database.url })).found).toEqual([]);
}, 60_000);

test('stalled readers and trickling writers leave healthy users alone', async () => {
  await using database = await createTestDatabase();
  expect((await slowCampaign({ ...short, databaseUrl: database.url })).found).toEqual([]);
}, 60_000);
