/**
 * `npm run faults`: tries what must not break Viva and says what was tried, what was found and what is left.
 * `npm run faults -- kill fuzz --share 5 --seed 7`: some of them, five times as long, from another seed.
 */
import { parseArgs } from 'node:util';
import type { Campaign, CampaignReport } from './campaign.ts';
import { reportLines } from './campaign.ts';
import { diskCampaign } from './disk/disk.ts';
import { fuzzCampaign } from './fuzz/fuzz.ts';
import { killCampaign } from './kill/kill.ts';
import { loadCampaign } from './load.ts';
import { slowCampaign } from './slow.ts';
import { upstreamCampaign } from './upstream/upstream.ts';

/** In the order in which they run; those of one group run side by side. The last ones measure, and run alone. */
const groups: Record<string, Campaign>[] = [
  // Upstream waits most of its time; the kills need their servers to start.
  { kill: killCampaign, upstream: upstreamCampaign },
  { disk: diskCampaign, fuzz: fuzzCampaign },
  { slow: slowCampaign },
  { load: loadCampaign },
];
const all: Record<string, Campaign> = Object.assign({}, ...groups);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { share: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
});
const unknown = positionals.filter((name) => !(name in all));
const share = Number(values.share);
const seed = Number(values.seed);
if (unknown.length > 0 || !(share > 0) || !Number.isInteger(seed)) {
  console.error(`npm run faults -- [${Object.keys(all).join(' | ')}] [--share 1] [--seed 1]`);
  process.exit(2);
}

async function run(name: string, campaign: Campaign): Promise<CampaignReport> {
  const say = (line: string) => console.log(`     ${name}: ${line}`);
  const report = await campaign({ seed, share, say }).catch((error: unknown) => ({
    campaign: name,
    tried: 'ended before its time',
    found: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    figures: [],
    left: [],
  }));
  for (const line of reportLines(report)) console.log(line);
  return report;
}

const began = Date.now();
const reports: CampaignReport[] = [];
for (const group of groups) {
  const chosen = Object.entries(group).filter(([name]) => positionals.length === 0 || positionals.includes(name));
  reports.push(...(await Promise.all(chosen.map(([name, campaign]) => run(name, campaign)))));
}
const red = reports.filter(({ found }) => found.length > 0);
console.log(`\n${reports.length - red.length} of ${reports.length} campaigns green, seed ${seed}, share ${share},`);
console.log(`in ${((Date.now() - began) / 60_000).toFixed(1)} minutes`);
process.exitCode = red.length > 0 ? 1 : 0;
