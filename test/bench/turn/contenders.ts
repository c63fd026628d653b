import { z } from 'zod';
import type { Child } from '../child.ts';
import { processUse } from '../process-tree.ts';
import { createSession } from '../seed.ts';
import type { SignedIn, World } from '../world.ts';
import type { Batch } from './figures.ts';
import type { LoadMessage } from './load.ts';
import type { Peer } from './peers.ts';

export interface Contender {
  name: string;
  pid: number;
  /** What the candidates are told to open: so many sessions, all new. */
  sessions(count: number): Promise<LoadMessage>;
}

/** Enough that no interview comes to its end within a round. */
const questionsPerSession = 12;

/** The product, by candidates who signed in before. */
export function vivaContender(
  name: string,
  firstPiece: 'clause' | 'sentence',
  { world, candidates }: { world: World; candidates: readonly SignedIn[] },
): Contender {
  const { viva, db } = world;
  return {
    name,
    pid: viva.pid,
    async sessions(count) {
      await viva.ask({ firstPiece });
      const sessions = await Promise.all(
        candidates.slice(0, count).map(async ({ userId, headers }) => {
          const { sessionId } = await createSession(db, userId, questionsPerSession);
          return { sessionId, headers };
        }),
      );
      return { act: 'open-viva', url: viva.url, sessions };
    },
  };
}

export function peerContender(name: string, { pid, url }: Peer): Contender {
  return {
    name,
    pid,
    sessions: async (count) => ({ act: 'open-peer', url, names: Array.from({ length: count }, (_, at) => `${at}`) }),
  };
}

/** What the candidates' process answers. */
const answered = z.object({ failed: z.string().optional(), waitsMs: z.array(z.number()).default([]) });

export async function order(load: Child, message: LoadMessage): Promise<number[]> {
  const { failed, waitsMs } = answered.parse(await load.ask(message));
  if (failed !== undefined) throw new Error(failed);
  return waitsMs;
}

export interface Talk {
  atOnce: number;
  /** Each candidate's. */
  turns: number;
  recording: string;
  spreadMs: number;
}

/** Opens sessions, talks in all of them, and counts what that took of the processor. */
export async function measure(
  contender: Contender,
  { load, databasePid }: { load: Child; databasePid: number },
  { atOnce, turns, recording, spreadMs }: Talk,
): Promise<Batch> {
  await order(load, await contender.sessions(atOnce));
  const [before, databaseBefore] = await Promise.all([processUse(contender.pid), processUse(databasePid)]);
  const waitsMs = await order(load, { act: 'talk', recording, turns, spreadMs });
  const [after, databaseAfter] = await Promise.all([processUse(contender.pid), processUse(databasePid)]);
  await order(load, { act: 'close' });
  return {
    waitsMs,
    cpuMs: after && before && after.cpuMs - before.cpuMs,
    databaseCpuMs: databaseAfter && databaseBefore && databaseAfter.cpuMs - databaseBefore.cpuMs,
    rssBytes: after?.rssBytes ?? null,
    treeRssBytes: after?.treeRssBytes ?? null,
  };
}
