import { expect, test } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { diskCampaign } from './disk.ts';

test('a disk that fails or is full is told with a code, and leaves nothing behind', async () => {
  await using database = await createTestDatabase();
  const report = await diskCampaign({ seed: 1, share: 0.05, say: () => {}, databaseUrl: database.url });
  expect(report.found).toEqual([]);
}, 120_000);
