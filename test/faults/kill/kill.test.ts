import { expect, test } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { killCampaign } from './kill.ts';

test('a server that is killed has lost nothing that it had acknowledged, wherever that was', async () => {
  await using database = await createTestDatabase();
  const report = await killCampaign({ seed: 1, share: 0.01, say: () => {}, databaseUrl: database.url });
  expect(report.found).toEqual([]);
}, 120_000);
