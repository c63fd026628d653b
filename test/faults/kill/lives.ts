import { setTimeout as sleep } from 'node:timers/promises';
import { spawnServer } from '../../support/server-process.ts';
import type { DoomedServer } from './doomed-server.ts';
import type { Point } from './points.ts';
import { deleting, evaluating, hearingQuestions, recordingAnswers, type Scenario } from './scenarios.ts';
import { type Settled, settle } from './settling.ts';
import { talking } from './talking.ts';
import { heldBy } from './traps.ts';

/** What happened to a server, as it is counted. */
export interface Tally {
  kills: Map<string, number>;
  /** Points that a run on a busy machine did not come to in time; it was killed all the same, somewhere. */
  missed: string[];
  /** Until a server that was killed was ready again. */
  startsMs: number[];
  slowest: Settled;
}

export const newTally = (): Tally => ({ kills: new Map(), missed: [], startsMs: [], slowest: { tookMs: 0, last: '' } });

const reachMs = 20_000;
const leaveMs = 2_000;
const clientMs = 60_000;
const companions: Scenario[] = [
  recordingAnswers,
  hearingQuestions,
  evaluating,
  talking('text'),
  talking('voice'),
  deleting,
];

/** Brings the server to the point, with somebody else busy beside, kills it there, starts it again and looks. */
export async function killAt(doomed: DoomedServer, point: Point, tally: Tally): Promise<void> {
  const { random } = doomed;
  const trap = await point.trap(doomed);
  const beside = random.next() < 0.5 ? [random.of(companions)] : [];
  const acting = Promise.all([point.scenario, ...beside].map((scenario) => scenario(doomed)));
  const given = sleep(reachMs, 'late');
  const reached = await Promise.race([
    trap.reached.then(() => 'reached'),
    // What tells of the point may come a moment later than what it leads to.
    acting.then(() => sleep(1_000, 'over')),
    given,
  ]);
  if (reached !== 'reached') tally.missed.push(point.name);
  else if (random.next() < 0.5) await sleep(random.below(12));
  await doomed.kill();
  await trap.release();
  // A client may wait for the server to come back, as a subscriber does: the server does not wait for it.
  await Promise.race([acting, sleep(leaveMs)]);
  count(tally, reached === 'reached' ? point.name : 'anywhere, between two points');
  await comeBack(doomed, point.name, tally);
  if ((await Promise.race([acting, sleep(clientMs, 'waiting')])) === 'waiting') {
    doomed.found.push(`killed at “${point.name}”: a client waited for ${clientMs / 1_000} s after the restart`);
  }
}

export const count = ({ kills }: Tally, name: string): void => void kills.set(name, (kills.get(name) ?? 0) + 1);

/** Starts it again and waits until everything has come to an end. */
export async function comeBack(doomed: DoomedServer, point: string, tally: Tally): Promise<void> {
  const startedAt = new Date();
  await doomed.start();
  tally.startsMs.push(Date.now() - startedAt.getTime());
  const settled = await settle(doomed, point, startedAt);
  if (settled.tookMs > tally.slowest.tookMs) tally.slowest = { ...settled, last: `${settled.last}, after “${point}”` };
}

/** Kills it in the middle of somebody's work, and again during the start that follows. */
export async function killWhileStarting(
  doomed: DoomedServer,
  tally: Tally,
  at: 'anywhere' | 'migration lock' | 'presence lock',
): Promise<void> {
  const { world, random } = doomed;
  const acting = random.of(companions)(doomed);
  await Promise.race([acting, sleep(random.below(700))]);
  await doomed.kill();
  await acting;
  count(tally, 'anywhere, between two points');
  const client = await world.pool.connect();
  const lock = at === 'migration lock' ? 7_126_001 : 7_126_002;
  if (at !== 'anywhere') await client.query('select pg_advisory_lock($1)', [lock]);
  const { server } = spawnServer(world.folder, { ...world.settings, PORT: new URL(doomed.url).port });
  const waiting = heldBy(client, lock);
  await Promise.race([at === 'anywhere' ? sleep(random.below(1_200)) : waiting.reached, sleep(reachMs)]);
  waiting.stop();
  await server.kill('SIGKILL');
  if (at !== 'anywhere') await client.query('select pg_advisory_unlock($1)', [lock]);
  client.release();
  const name = `start: ${at === 'anywhere' ? at : `waiting for the ${at}`}`;
  count(tally, name);
  await comeBack(doomed, name, tally);
}
