import { type Campaign, type CampaignOptions, scaled } from '../campaign.ts';
import { createDoomedServer } from './doomed-server.ts';
import { killInEmbedded } from './embedded.ts';
import { lookAtLast } from './last-look.ts';
import { killAt, killWhileStarting, newTally, type Tally } from './lives.ts';
import { killWhileMigrating } from './migrating.ts';
import { type Point, pointsOfInterviews, pointsOfSweeping } from './points.ts';
import { seeded } from './random.ts';
import { trapFunctions } from './traps.ts';

/** What a whole run has to come to. */
const leastKills = 200;
const leastPoints = 25;

interface Run {
  options: CampaignOptions;
  tally: Tally;
  found: string[];
  left: { files: number; rows: number; read: number };
  seed: number;
}

/** Kills servers at named points and between them, starts them again, and looks at what is left of what they promised. */
export const killCampaign: Campaign = async (options) => {
  const whole = options.share >= 1;
  const run: Run = {
    options,
    tally: newTally(),
    found: [],
    left: { files: 0, rows: 0, read: 0 },
    seed: options.seed,
  };
  const rounds = Math.max(1, Math.round(options.share));
  const points = seeded(options.seed).shuffled(Array.from({ length: 3 * rounds }, () => pointsOfInterviews).flat());
  const chosen = whole ? points : points.slice(0, scaled(points.length, options, 3));
  const half = Math.ceil(chosen.length / 2);
  const sweeping = Array.from({ length: 2 * rounds }, () => pointsOfSweeping).flat();
  const migrations = scaled(8, options, 1);
  if (whole) {
    await Promise.all([
      lifeOfInterviews({ ...run, seed: options.seed + 1 }, chosen.slice(0, half), 6 * rounds, migrations),
      (async () => {
        await lifeOfInterviews({ ...run, seed: options.seed + 2 }, chosen.slice(half), 0, 0);
        await lifeOfSweeping({ ...run, seed: options.seed + 3 }, sweeping);
        await killInEmbedded({ ...run, random: seeded(options.seed + 4) }, 8 * rounds);
      })(),
    ]);
  } else await lifeOfInterviews(run, chosen, 0, migrations);
  return report(run);
};

async function lifeOfInterviews(run: Run, points: Point[], starts: number, migrations: number): Promise<void> {
  const random = seeded(run.seed);
  await using doomed = await createDoomedServer(run.options, random);
  await doomed.start();
  await doomed.world.pool.query(trapFunctions);
  for (const [index, point] of points.entries()) {
    await killAt(doomed, point, run.tally);
    for (const what of doomed.found.splice(0)) {
      run.options.say(`! ${what}`);
      run.found.push(what);
    }
    if ((index + 1) % 10 === 0) run.options.say(`${total(run.tally)} kills`);
  }
  for (let each = 0; each < starts; each++) {
    const places = ['anywhere', 'migration lock', 'presence lock'] as const;
    await killWhileStarting(doomed, run.tally, places[each % places.length] ?? 'anywhere');
  }
  await clearAway(run, doomed);
  await killWhileMigrating({ world: doomed.world, random, tally: run.tally, found: run.found }, migrations);
}

async function lifeOfSweeping(run: Run, points: Point[]): Promise<void> {
  const settings = { AUDIO_RETENTION_DAYS: '0' };
  await using doomed = await createDoomedServer(run.options, seeded(run.seed), settings);
  doomed.keepsSound = false;
  await doomed.start();
  await doomed.world.pool.query(trapFunctions);
  for (const point of points) await killAt(doomed, point, run.tally);
  await clearAway(run, doomed);
}

async function clearAway({ left, found }: Run, doomed: Awaited<ReturnType<typeof createDoomedServer>>): Promise<void> {
  const { files, rows, read } = await lookAtLast(doomed);
  left.files += files;
  left.rows += rows;
  left.read += read;
  found.push(...doomed.found);
}

const total = ({ kills }: Tally) => [...kills.values()].reduce((sum, times) => sum + times, 0);

function report({ options, tally, found, left }: Run) {
  const { kills, missed, startsMs, slowest } = tally;
  if (options.share >= 1 && (total(tally) < leastKills || kills.size < leastPoints)) {
    found.push(
      `only ${total(tally)} kills at ${kills.size} points: the machine is too busy to try what is to be tried`,
    );
  }
  const areas = new Map<string, number>();
  for (const [name, times] of kills) {
    const area = name.split(':')[0]?.split(',')[0] ?? name;
    areas.set(area, (areas.get(area) ?? 0) + times);
  }
  startsMs.sort((a, b) => a - b);
  const median = startsMs[Math.floor(startsMs.length / 2)] ?? 0;
  return {
    campaign: 'kill',
    tried: `${total(tally)} kills at ${kills.size} points`,
    found,
    figures: [
      [...areas].map(([area, times]) => `${area} ${times}`).join(', '),
      ...[...kills].map(([name, times]) => `${times} × ${name}`),
      `ready again after ${median} ms (median; longest ${startsMs.at(-1) ?? 0} ms)`,
      `everything had come to its end ${slowest.tookMs} ms later at the longest: ${slowest.last}`,
      `reconciliation removed ${left.files} files and ${left.rows} rows that kills had left; ${left.read} files were as stored`,
    ],
    left: [
      ...missed.map((name) => `“${name}” was not reached in time, and the server killed elsewhere`),
      'kills of PostgreSQL with its disk cache lost, as a power cut does it',
      'S3 as the storage',
    ],
  };
}
