import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { spawnServer } from '../../support/server-process.ts';
import { createDoomedServer, type DoomedServer } from './doomed-server.ts';
import { comeBack, count, type Tally } from './lives.ts';
import type { Random } from './random.ts';
import { evaluating, hearingQuestions, recordingAnswers, type Scenario } from './scenarios.ts';
import { talking } from './talking.ts';

const scenarios: Scenario[] = [recordingAnswers, hearingQuestions, evaluating, talking('text'), talking('voice')];
const victims = ['the server', 'its PostgreSQL', 'both'] as const;

/** Kills servers that bring their own PostgreSQL: themselves, PostgreSQL under their feet, or both; first of all at the first start. */
export async function killInEmbedded(
  { tally, found, random }: { tally: Tally; found: string[]; random: Random },
  kills: number,
): Promise<void> {
  // Nobody connects to the database of the campaign.
  await using doomed = await createDoomedServer({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' }, random);
  const { world } = doomed;
  delete world.settings.DATABASE_URL;
  const folder = join(world.folder, 'data/database');
  const first = spawnServer(world.folder, { ...world.settings, PORT: new URL(doomed.url).port });
  await sleep(random.below(2_500));
  await first.server.kill('SIGKILL');
  count(tally, 'built-in PostgreSQL: the first start');
  await doomed.start();
  const databases = openDatabases(doomed, folder);
  for (let done = 0; done < kills; done++) {
    const victim = victims[done % victims.length] ?? 'both';
    const acting = random.of(scenarios)(doomed);
    await Promise.race([acting, sleep(100 + random.below(900))]);
    await doomed.kill(async () => {
      const postmaster = await postmasterOf(folder);
      if (victim !== 'the server') process.kill(postmaster, 'SIGKILL');
      if (victim === 'its PostgreSQL') await stillTyped(doomed);
      await doomed.server().kill('SIGKILL');
    });
    await acting;
    const name = `built-in PostgreSQL: ${victim}`;
    count(tally, name);
    await databases.close();
    await comeBack(doomed, name, tally);
  }
  await databases.close();
  doomed.dying = true;
  await doomed.server().kill('SIGTERM');
  const left = await postmasterOf(folder).catch(() => null);
  if (left !== null) doomed.found.push('the last server to stop has left its PostgreSQL running');
  found.push(...doomed.found);
}

async function postmasterOf(folder: string): Promise<number> {
  const [pid] = (await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

/** Whoever asks a server whose database is gone is told so, with a code. */
async function stillTyped({ url, found, server }: DoomedServer): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/trpc/auth.guest`, { method: 'POST', headers, body: '{}' }).catch(() => null);
  if (answer === null) found.push('the server ended with its PostgreSQL');
  // A connection may still work for a moment.
  else if (answer.status !== 200 && answer.status !== 503) {
    found.push(`without its PostgreSQL the server answers ${answer.status}: ${server().said().slice(-1_500)}`);
  }
  await answer?.body?.cancel();
}

/** Looks into the built-in PostgreSQL, whose port is another one after each start. */
function openDatabases(doomed: DoomedServer, folder: string) {
  const pools: pg.Pool[] = [];
  let current: Promise<pg.Pool> | null = null;
  const open = async () => {
    const password = (await readFile(join(folder, 'postgres-password'), 'utf8')).trim();
    const port = (await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n')[3]?.trim();
    const pool = new pg.Pool({ connectionString: `postgresql://viva:${password}@127.0.0.1:${port}/viva` });
    // Killed with its server.
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  };
  doomed.query = async (text, values) => {
    current ??= open();
    return (await current).query(text, values);
  };
  return {
    async close() {
      current = null;
      await Promise.all(pools.splice(0).map((pool) => pool.end()));
    },
  };
}
