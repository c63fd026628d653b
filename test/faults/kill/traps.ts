import { existsSync, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Reaction } from '../../../src/offline/behaviour.ts';
import type { RecordedCall } from '../../support/scripted-upstream.ts';
import type { DoomedServer } from './doomed-server.ts';

/** Waits for the server to come to a place, seen from outside. */
export interface Trap {
  reached: Promise<void>;
  /** Lets go of whatever it holds: after the kill, or when nobody came. */
  release(): Promise<void>;
}

export type SetTrap = (doomed: DoomedServer) => Promise<Trap>;

const holdLock = 4_711;
const lookEveryMs = 4;

/** What the triggers of a campaign call: one waits inside of the transaction, the other tells of its commit. */
export const trapFunctions = `
  create schema if not exists faults;
  create or replace function faults.hold() returns trigger language plpgsql as
    $$ begin perform pg_advisory_lock(${holdLock}); perform pg_advisory_unlock(${holdLock}); return null; end $$;
  create or replace function faults.tell() returns trigger language plpgsql as
    $$ begin perform pg_notify('faults', ''); return null; end $$;`;

export interface RowChange {
  table: string;
  on: 'insert' | 'update' | 'delete';
  when?: string;
}

/** Somebody changed such a row: `held` before the transaction ends, or `committed`. */
export const row =
  ({ table, on, when = 'true' }: RowChange, mode: 'held' | 'committed'): SetTrap =>
  async ({ world, random }) => {
    const client = await world.pool.connect();
    const call = mode === 'held' ? 'faults.hold()' : 'faults.tell()';
    if (mode === 'held') await client.query(`select pg_advisory_lock(${holdLock})`);
    else await client.query('listen faults');
    await client.query(
      `create trigger faults_trap after ${on} on ${table} for each row when (${when}) execute function ${call}`,
    );
    const trap = mode === 'held' ? heldBy(client, holdLock) : toldTo(client);
    // A statement that nobody waits for any more may come to its end all the same, or not.
    const rolledBack = random.next() < 0.5;
    return {
      reached: trap.reached,
      async release() {
        trap.stop();
        if (rolledBack) await client.query(waiting('pg_terminate_backend(pid)'), [holdLock]);
        if (mode === 'held') await client.query(`select pg_advisory_unlock(${holdLock})`);
        else await client.query('unlisten faults');
        await client.query(`drop trigger faults_trap on ${table}`);
        client.release();
      },
    };
  };

const waiting = (what: string) => `select ${what} from pg_locks where locktype = 'advisory' and objid = $1
  and not granted and database = (select oid from pg_database where datname = current_database())`;

/** Resolves once somebody waits for the advisory lock. */
export function heldBy(client: pg.ClientBase, lock: number): { reached: Promise<void>; stop(): void } {
  let stopped = false;
  const look = async () => {
    while (!stopped && (await client.query(waiting('pid'), [lock])).rowCount === 0) await sleep(lookEveryMs);
    // Nobody came: whoever waits for this has given up.
    if (stopped) await new Promise(() => {});
  };
  return {
    reached: look(),
    stop() {
      stopped = true;
    },
  };
}

function toldTo(client: pg.ClientBase): { reached: Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once('notification', () => resolve());
  return { reached: promise, stop: () => client.removeAllListeners('notification') };
}

/** A call to the vendor: when it has arrived, with the first piece of the answer, or with its last. */
export const called =
  (matches: (call: RecordedCall) => boolean, when: 'arrived' | 'first piece' | 'last piece', nth = 1): SetTrap =>
  async ({ world, died }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let armed = true;
    let seen = 0;
    const reaction: Reaction = {
      async *distort(pieces) {
        for await (const piece of pieces) {
          yield piece;
          if (when !== 'first piece') continue;
          resolve();
          await died;
        }
        resolve();
      },
    };
    const gate = world.upstream.hold(
      (call) => armed && matches(call) && ++seen === nth,
      1,
      when === 'arrived' ? {} : reaction,
    );
    if (when === 'arrived') void gate.full.then(resolve);
    else gate.open();
    return {
      reached: promise,
      async release() {
        armed = false;
        gate.open();
      },
    };
  };

/** A file of the audio folder appears, grows, or goes. */
export const file =
  (folder: string, what: 'appears' | 'grows' | 'goes'): SetTrap =>
  async ({ world }) => {
    const path = join(world.audioPath, folder);
    await mkdir(path, { recursive: true });
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = watch(path, (event, name) => {
      if (event === 'change') return void (what === 'grows' && resolve());
      const there = name !== null && existsSync(join(path, name));
      if (there ? what === 'appears' : what === 'goes') resolve();
    });
    return { reached: promise, release: async () => watcher.close() };
  };

/** An upload: after a part of it was sent, or when its answer is there. */
export const uploading =
  (at: 'anywhere' | 'sent' | 'answered'): SetTrap =>
  async (doomed) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const share = at === 'sent' ? 1 : 0.05 + 0.9 * doomed.random.next();
    doomed.uploadCut = { at: at === 'answered' ? at : share, reached: resolve };
    return {
      reached: promise,
      async release() {
        doomed.uploadCut = null;
      },
    };
  };
