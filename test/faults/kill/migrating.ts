import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort, type ServerProcess, spawnServer } from '../../support/server-process.ts';
import type { ServerWorld } from '../../support/server-world.ts';
import type { Tally } from './lives.ts';
import { count } from './lives.ts';
import type { Random } from './random.ts';
import { heldBy } from './traps.ts';

const lock = 4_711;
const reachMs = 20_000;

/** Waits at the n-th statement that changes the schema. */
const waitAt = (nth: number) => `
  create schema faults;
  create sequence faults.changes;
  create function faults.wait() returns event_trigger language plpgsql as $$ begin
    if nextval('faults.changes') = ${nth} then perform pg_advisory_lock(${lock}); perform pg_advisory_unlock(${lock}); end if;
  end $$;
  create event trigger faults_wait on ddl_command_end execute function faults.wait();`;

/** Kills a server in the middle of making its schema in a fresh database, as often as told; then it has to start there. */
export async function killWhileMigrating(
  { world, random, tally, found }: { world: ServerWorld; random: Random; tally: Tally; found: string[] },
  kills: number,
): Promise<void> {
  let changes = 0;
  for (let done = 0; done < kills; ) {
    const name = `faults_${Date.now()}`;
    await world.pool.query(`create database ${name}`);
    const url = new URL(world.settings.DATABASE_URL ?? '');
    url.pathname = name;
    const settings = { ...world.settings, DATABASE_URL: url.href };
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    // How many there are is known once they have all been made.
    const nth = changes === 0 ? 40 : 1 + random.below(changes);
    await client.query(waitAt(nth));
    await client.query('select pg_advisory_lock($1)', [lock]);
    const { server } = spawnServer(world.folder, { ...settings, PORT: String(await freePort()) });
    const waiting = heldBy(client, lock);
    await Promise.race([waiting.reached, sleep(reachMs), server.exited]);
    waiting.stop();
    await server.kill('SIGKILL');
    // The statement that nobody waits for any more fails, or comes to its end.
    if (random.next() < 0.5) {
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
    }
    await client.query('select pg_advisory_unlock($1)', [lock]);
    count(tally, 'migration: in the middle of the schema');
    done += 1;
    const again = await world.start({ ...settings }).catch((error: unknown) => {
      found.push(`killed at schema change ${nth}: ${String(error)}`);
      return null;
    });
    if (again)
      await practise(again).catch((error: unknown) => found.push(`after schema change ${nth}: ${String(error)}`));
    await again?.kill('SIGTERM');
    const { rows } = await client.query<{ last: string }>('select last_value as last from faults.changes');
    changes = Math.max(changes, Number(rows[0]?.last ?? 0));
    await client.end();
    await world.pool.query(`drop database ${name} with (force)`);
  }
}

async function practise(server: ServerProcess): Promise<void> {
  const { viva } = await server.signIn();
  await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1, speakQuestions: false });
}
