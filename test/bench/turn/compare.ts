import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Child, startChild, startServer } from '../child.ts';
import { processUse } from '../process-tree.ts';
import { createWorld, type Scale, type SignedIn, type World } from '../world.ts';
import { type Contender, measure, order, peerContender, vivaContender } from './contenders.ts';
import { type Batch, figuresOf, type TurnReport } from './figures.ts';
import { pace, replyTokens, sentenceFloorMs, type TurnPace } from './pace.ts';
import { installPeers, type PeerName, peerNames, startPeer } from './peers.ts';
import { makeSounds } from './sounds.ts';
import { byClause, bySentence, turnTargets } from './targets.ts';

export interface TurnScale {
  /** How many talk at once, one turn each, before anything counts. */
  warmUp: number;
  loads: { atOnce: number; rounds: number; turns: number }[];
  /** Open at once to see what one more takes. */
  openSessions: number;
}

export const fullTurns: TurnScale = {
  warmUp: 20,
  loads: [
    { atOnce: 1, rounds: 3, turns: 8 },
    { atOnce: 20, rounds: 3, turns: 3 },
    { atOnce: 100, rounds: 2, turns: 3 },
  ],
  openSessions: 100,
};
export const quickTurns: TurnScale = { warmUp: 1, loads: [{ atOnce: 1, rounds: 1, turns: 1 }], openSessions: 2 };

/** About how long one turn lasts, to its last sound: candidates begin spread over it. */
function turnLengthMs(turn: TurnPace): number {
  const text = turn.firstTokenMs + replyTokens.length * turn.tokenMs;
  return turn.transcribeMs + text + turn.speechFirstByteMs + turn.speechChunks * turn.speechChunkMs;
}

interface Stage {
  world: World;
  load: Child;
  vendor: Child;
  contenders: Contender[];
  candidates: SignedIn[];
  absent: TurnReport['absent'];
  talk: { recording: string; spreadMs: number };
}

export async function compareTurns(
  scale: TurnScale,
  { peers, say, worldScale }: { peers: readonly PeerName[]; say: (text: string) => void; worldScale: Scale },
): Promise<TurnReport> {
  await using opened = new AsyncDisposableStack();
  const stage = await setUp(opened, scale, { peers, say, worldScale });
  const floorMs = sentenceFloorMs(pace);
  const figures: TurnReport['figures'] = [];
  const vendorLateness: TurnReport['vendorLateness'] = [];

  say('Turns: warming up');
  const warmUp = { ...stage.talk, atOnce: scale.warmUp, turns: 1 };
  await eachContender(stage, false, (contender) => measure(contender, at(stage), warmUp));
  const bytesPerSession = await memoryPerSession(stage, scale.openSessions);
  for (const { atOnce, rounds, turns } of scale.loads) {
    say(`Turns: ${atOnce} at once`);
    const batches = new Map<string, Batch[]>();
    await stage.vendor.ask({ tell: 'lateness' });
    for (let round = 0; round < rounds; round++) {
      await eachContender(stage, round % 2 === 1, async (contender) => {
        const batch = await measure(contender, at(stage), { ...stage.talk, atOnce, turns });
        batches.set(contender.name, [...(batches.get(contender.name) ?? []), batch]);
      });
    }
    const late = z
      .object({ medianMs: z.number(), p95Ms: z.number() })
      .parse(await stage.vendor.ask({ tell: 'lateness' }));
    vendorLateness.push({ atOnce, ...late });
    for (const { name } of stage.contenders) figures.push(figuresOf(name, atOnce, floorMs, batches.get(name) ?? []));
  }
  const { absent } = stage;
  const targets = turnTargets(figures, bytesPerSession);
  return { pace, floorMs, figures, absent, bytesPerSession, vendorLateness, targets };
}

const at = ({ load, world }: Stage) => ({ load, databasePid: world.databasePid });

/** In turn, the order turned round when told. A peer that fails is out from then on, with its reason; the product may not. */
async function eachContender(
  stage: Stage,
  backwards: boolean,
  run: (contender: Contender) => Promise<unknown>,
): Promise<void> {
  const turns = backwards ? stage.contenders.toReversed() : [...stage.contenders];
  for (const contender of turns) {
    try {
      await run(contender);
    } catch (error) {
      if (contender.pid === stage.world.viva.pid) throw error;
      stage.absent.push({ contender: contender.name, reason: String(error) });
      stage.contenders.splice(stage.contenders.indexOf(contender), 1);
    }
  }
}

async function setUp(
  opened: AsyncDisposableStack,
  scale: TurnScale,
  { peers, say, worldScale }: { peers: readonly PeerName[]; say: (text: string) => void; worldScale: Scale },
): Promise<Stage> {
  const notInstalled = peers.some((peer) => peer !== 'openai-by-hand') ? await installPeers(say) : null;
  say('Turns: starting PostgreSQL and the servers');
  const started = Promise.withResolvers<{ url: string; apiKey: string; vendor: Child; recording: string }>();
  started.promise.catch(() => {});
  const world = opened.use(
    await createWorld(worldScale, async (stack, folder) => {
      const { recording, mp3, pcm } = await makeSounds(folder);
      const vendor = stack.use(await startServer('servers/turn-upstream.ts', { pace, mp3, pcm }));
      const upstream = { url: vendor.url, apiKey: 'bench' };
      started.resolve({ ...upstream, vendor, recording });
      return upstream;
    }),
  );
  const { vendor, recording, ...upstream } = await started.promise;
  const load = opened.use(await startChild('turn/load.ts'));
  const most = Math.max(scale.openSessions, ...scale.loads.map(({ atOnce }) => atOnce));
  const candidates: SignedIn[] = [];
  while (candidates.length < most) candidates.push(await world.signIn());
  const contenders = [
    vivaContender(byClause, 'clause', { world, candidates }),
    vivaContender(bySentence, 'sentence', { world, candidates }),
  ];
  const absent: TurnReport['absent'] = [];
  for (const name of peers) {
    const reason = name === 'openai-by-hand' ? null : notInstalled;
    const peer = reason === null ? await startPeer(name, upstream, opened) : { reason };
    if ('url' in peer) contenders.push(peerContender(peerNames[name], peer));
    else absent.push({ contender: peerNames[name], reason: peer.reason });
  }
  return { world, load, vendor, contenders, candidates, absent, talk: { recording, spreadMs: turnLengthMs(pace) } };
}

/**
 * How far the product's memory stands higher with so many sessions open and listened to than with none, before or
 * after, for each: what is resident, or what is held, whichever differs more. Garbage is collected before every look.
 */
async function memoryPerSession({ load, world, contenders }: Stage, count: number): Promise<number | null> {
  const [viva] = contenders;
  const look = async () => {
    await sleep(500);
    const { heldBytes } = z.object({ heldBytes: z.number() }).parse(await world.viva.ask({ memory: 'collect' }));
    return { heldBytes, residentBytes: (await processUse(world.viva.pid))?.treeRssBytes ?? null };
  };
  const before = await look();
  await order(load, (await viva?.sessions(count)) ?? { act: 'close' });
  const open = await look();
  await order(load, { act: 'close' });
  const after = await look();
  if (open.residentBytes === null || before.residentBytes === null || after.residentBytes === null) return null;
  const resident = open.residentBytes - Math.min(before.residentBytes, after.residentBytes);
  return Math.max(resident, open.heldBytes - Math.min(before.heldBytes, after.heldBytes)) / count;
}
