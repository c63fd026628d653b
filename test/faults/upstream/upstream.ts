import { errorTable } from '../../../src/errors.ts';
import { startTemplateServer } from '../../support/global-setup.ts';
import type { Fault } from '../../support/scripted-upstream.ts';
import { startViva, type Viva } from '../../support/viva.ts';
import { type Campaign, scaled } from '../campaign.ts';
import { type Operation, operations, turnSettings } from './operations.ts';

const statuses = [400, 401, 403, 404, 408, 409, 410, 429, 500, 502, 503] as const;
const stalls: Fault[] = ['stall-before-headers', 'stall-after-first', 'keep-alive-only'];
const faults: Fault[] = [
  ...stalls,
  ...statuses.map((status) => ({ status })),
  { status: 429, retryAfterS: 1 },
  ...(['model_not_found', 'connection-reset', 'malformed-sse', 'missing-done'] as const),
  ...(['truncated-body', 'invalid-json', 'refusal', 'empty-content'] as const),
];
/** Those that only wait cost nothing meanwhile; starting a server does. */
const atOnce = { stalls: 30, others: 4, starts: 2 };

interface Case {
  operation: Operation;
  fault: Fault;
}

/**
 * Every fault at every endpoint, for as long as the operation lasts: each time a server and a database of its own, so
 * that what one learns of its vendor is not what another one sees.
 */
export const upstreamCampaign: Campaign = async (options) => {
  const cases = operations.flatMap((operation) => faults.map((fault) => ({ operation, fault })));
  const wanted = scaled(cases.length, options, 6);
  const chosen = wanted >= cases.length ? cases : spread(cases.filter(isQuick), wanted, options.seed);
  await using own = options.databaseUrl ? null : await startTemplateServer();
  const templateUrl = own?.url ?? options.databaseUrl;
  const found: string[] = [];
  const unhandled = (error: unknown) => found.push(`an unhandled rejection: ${String(error)}`);
  process.on('unhandledRejection', unhandled);
  const ends = new Map<string, number>();
  let slowest = { share: 0, name: '' };
  options.say(`${chosen.length} cases`);
  const start = limited(atOnce.starts);
  const attempt = async (one: Case) => {
    const { end, share } = await tried(one, (settings) => start(() => startViva(settings, templateUrl))).catch(
      (error: unknown) => ({ end: `could not be tried: ${String(error)}`, share: 0 }),
    );
    const name = `${one.operation.name} × ${nameOf(one.fault)}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (share > slowest.share) slowest = { share, name };
    if (!isTyped(end)) found.push(`${name}: ${end}`);
    else if (share > 1.1) found.push(`${name}: it took ${share.toFixed(2)} times its deadline`);
  };
  await Promise.all([
    inTurn(
      chosen.filter((one) => !isQuick(one)),
      atOnce.stalls,
      attempt,
    ),
    inTurn(chosen.filter(isQuick), atOnce.others, attempt),
  ]);
  process.off('unhandledRejection', unhandled);
  return {
    campaign: 'upstream',
    tried: `${faults.length} faults × ${operations.length} operations, ${chosen.length} cases`,
    found,
    figures: [
      [...ends]
        .sort(([, a], [, b]) => b - a)
        .map(([end, times]) => `${end} ${times}`)
        .join(', '),
      `nearest to its deadline: ${slowest.name}, ${(100 * slowest.share).toFixed(0)} %`,
    ],
    left: ['realtime sessions and WebRTC calls, whose faults test/realtime tries'],
  };
};

const isQuick = ({ fault }: Case) => !stalls.includes(fault);
const isTyped = (end: string) => end === 'done' || end === 'told' || (end in errorTable && end !== 'internal');
const nameOf = (fault: Fault) =>
  typeof fault === 'string' ? fault : `${fault.status}${fault.retryAfterS ? ' with Retry-After' : ''}`;

/** So many of them, of every operation alike, others with every seed. */
function spread(cases: Case[], count: number, seed: number): Case[] {
  const step = 7 + 2 * (seed % 5);
  return Array.from({ length: count }, (_, index) => cases[(seed + index * (2 * step + 5)) % cases.length]).filter(
    (one) => one !== undefined,
  );
}

async function tried({ operation, fault }: Case, start: (settings: Record<string, string>) => Promise<Viva>) {
  await using server = await start({ ...turnSettings, CHATKIT_AGENT_ID: 'wf_faults' });
  const user = await server.signIn();
  const prepared = await operation.prepare(server, user);
  server.upstream.failWhere((call) => operation.meets(call), fault);
  const began = performance.now();
  const hung = Promise.withResolvers<string>();
  const timer = setTimeout(() => hung.resolve('it hangs'), 1.5 * operation.deadlineMs);
  const end = await Promise.race([prepared.run(), hung.promise]).catch(
    (error: unknown) => `ended with ${String(error)}`,
  );
  clearTimeout(timer);
  return { end, share: (performance.now() - began) / operation.deadlineMs };
}

async function inTurn<Item>(items: Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const next = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of next) await work(item);
    }),
  );
}

/** Lets so many go on at once; the others wait in the order in which they came. */
function limited(atOnce: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
