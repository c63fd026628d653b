import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Child, startChild, startServer } from './child.ts';
import { median } from './ratio.ts';
import { alignedTable } from './table.ts';
import { createWorld, type Scale } from './world.ts';

export interface RealtimeScale {
  atOnce: number;
  rounds: number;
  talkMs: number;
  idle: number;
}
export const fullRealtime: RealtimeScale = { atOnce: 50, rounds: 5, talkMs: 4_000, idle: 200 };
export const quickRealtime: RealtimeScale = { atOnce: 5, rounds: 1, talkMs: 500, idle: 10 };

/** One way through, in milliseconds: the median of each round. */
interface Ways {
  up: number[];
  down: number[];
}
export interface RealtimeReport {
  atOnce: number;
  viva: Ways;
  pipe: Ways;
  /** What the product adds to a bare pipe, by the medians of the rounds. */
  addedMs: { up: number; down: number };
  targetMs: number;
  bytesPerIdle: number;
  targetBytes: number;
}

const perUser = 5;
const delaysSchema = z.object({ delays: z.array(z.number()) });

/** The pass-through against a bare `ws` pipe to the same upstream, which takes turns with it. */
export async function compareRealtime(
  scale: RealtimeScale,
  { say, worldScale }: { say: (text: string) => void; worldScale: Scale },
): Promise<RealtimeReport> {
  say('Realtime: starting PostgreSQL and the servers');
  await using opened = new AsyncDisposableStack();
  const vendor = opened.use(await startServer('servers/realtime-upstream.ts', {}));
  const world = opened.use(await createWorld(worldScale, async () => ({ url: vendor.url, apiKey: 'bench' })));
  const pipe = opened.use(await startServer('servers/realtime-pipe.ts', { upstream: vendor.url }));
  const load = opened.use(await startChild('realtime-load.ts'));
  const users = await Promise.all(
    Array.from({ length: Math.ceil(Math.max(scale.atOnce, scale.idle) / perUser) }, () => world.signIn()),
  );
  const tokens = users.map(({ headers }) => headers.authorization.replace('Bearer ', ''));
  const forCount = (count: number) => ({ tokens: tokens.slice(0, Math.ceil(count / perUser)), each: perUser });

  const measure = async (url: string, ways: Ways | null) => {
    await load.ask({ do: 'open', url, ...forCount(scale.atOnce) });
    await vendor.ask({ speak: true });
    const heard = delaysSchema.parse(await load.ask({ do: 'talk', durationMs: scale.talkMs }));
    const taken = delaysSchema.parse(await vendor.ask({ speak: false }));
    await close(load);
    ways?.up.push(median(taken.delays));
    ways?.down.push(median(heard.delays));
  };
  const viva: Ways = { up: [], down: [] };
  const bare: Ways = { up: [], down: [] };
  await load.ask({ do: 'open', url: world.viva.url, ...forCount(perUser) });
  await close(load);
  say(`Realtime: ${scale.idle} idle conversations`);
  await world.viva.ask({ memory: 'watch' });
  await load.ask({ do: 'open', url: world.viva.url, ...forCount(scale.idle) });
  const { grownBytes } = z.object({ grownBytes: z.number() }).parse(await world.viva.ask({}));
  await close(load);
  say('Realtime: warming up');
  await measure(world.viva.url, null);
  await measure(pipe.url, null);
  say(`Realtime: ${scale.atOnce} conversations at once`);
  for (let round = 0; round < scale.rounds; round++) {
    const turns = [() => measure(world.viva.url, viva), () => measure(pipe.url, bare)];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const added = (way: keyof Ways) => median(viva[way]) - median(bare[way]);
  return {
    atOnce: scale.atOnce,
    viva,
    pipe: bare,
    addedMs: { up: added('up'), down: added('down') },
    targetMs: 2,
    bytesPerIdle: grownBytes / scale.idle,
    targetBytes: 1e6,
  };
}

/** Their places are given back before the next ones come. */
async function close(load: Child): Promise<void> {
  await load.ask({ do: 'close' });
  await sleep(300);
}

/** Plain text, aligned. */
export function renderRealtime({ atOnce, viva, pipe, addedMs, targetMs, bytesPerIdle, targetBytes }: RealtimeReport) {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const verdict = (holds: boolean) => (holds ? 'holds' : 'MISSED');
  const way = (name: string, key: keyof Ways) => [
    `${name}, ${atOnce} at once`,
    ms(median(viva[key])),
    ms(median(pipe[key])),
    ms(addedMs[key]),
    `<= ${targetMs} ms`,
    verdict(addedMs[key] <= targetMs),
  ];
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  const rows = [
    ['realtime pass-through, per event', 'Viva', 'bare ws pipe', 'added', 'target', ''],
    way('client to upstream', 'up'),
    way('upstream to client', 'down'),
    [
      'memory of an idle conversation',
      megabytes(bytesPerIdle),
      '',
      '',
      `<= ${megabytes(targetBytes)}`,
      verdict(bytesPerIdle <= targetBytes),
    ],
  ];
  const note =
    '- Sound in pieces of 100 ms, both ways at once; medians of the rounds. The pipe looks at nothing and keeps nothing.';
  return [...alignedTable(rows, [1, 2, 3]), '', note].join('\n');
}
