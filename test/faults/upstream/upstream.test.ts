import { expect, inject, test } from 'vitest';
import { upstreamCampaign } from './upstream.ts';

test('whatever the vendor does ends in a state with a code', async () => {
  const report = await upstreamCampaign({ seed: 1, share: 0.02, say: () => {}, databaseUrl: inject('templateUrl') });
  expect(report.found).toEqual([]);
}, 60_000);
