import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { ServerProcess } from '../../support/server-process.ts';
import { createServerWorld, type ServerWorld } from '../../support/server-world.ts';
import { type Campaign, scaled } from '../campaign.ts';
import { hostile } from './arbitrary.ts';
import { procedures, type Route, routes } from './entries.ts';
import { mutatedForms } from './forms.ts';
import { createUsers, type Users } from './users.ts';
import { createVerdicts, type Verdicts } from './verdicts.ts';

const sample = new URL('../../../src/demo/samples/answer-5-farewell.mp3', import.meta.url);
const batchSize = 20;
const atOnce = 6;
/** A request line with its input: Node takes 16 KiB of head. */
const longestUrl = 12_000;

/** Calls made from the router's own schemas and the OpenAPI document, and mutated forms: no 5xx, nothing left behind. */
export const fuzzCampaign: Campaign = async (options) => {
  const calls = scaled(100_000, options, 600);
  const forms = scaled(3_000, options, 30);
  const rest = scaled(12_000, options, 100);
  await using world = await createServerWorld(options);
  const recording = await readFile(sample);
  speakAtOnce(world, recording);
  const server = await world.start({ CHATKIT_AGENT_ID: 'wf_fuzzed', TRUST_PROXY: 'true' });
  const users = await createUsers(server);
  const verdicts = createVerdicts();
  const random = (salt: number) => ({ seed: options.seed * 1_000 + salt });

  options.say(`${calls} procedure calls`);
  await inBatches(server, users, verdicts, calls - rest - forms, random(1));
  options.say(`${rest} REST calls`);
  await overRest(server, users, verdicts, { count: rest, ...random(2) });
  options.say(`${forms} forms`);
  await withForms(server, users, verdicts, { count: forms, recording, ...random(3) });

  const found = [...verdicts.found, ...(await afterwards(world, server))];
  return {
    campaign: 'fuzz',
    tried: `${verdicts.total} calls: ${verdicts.entries} procedures and routes, ${forms} mutated forms, seed ${options.seed}`,
    found,
    figures: verdicts.figures(),
    left: ['sockets and subscriptions: their inputs are refused in their own tests, not mutated here'],
  };
};

/** The vendor's voice is not what is tried here, and making it would take most of the time. */
function speakAtOnce({ upstream }: ServerWorld, speech: Uint8Array): void {
  const take: NonNullable<Parameters<typeof upstream.hold>[2]>['take'] = (response) => {
    response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(speech);
  };
  upstream.hold(({ endpoint }) => endpoint === 'speech', Number.POSITIVE_INFINITY, { take }).open();
}

async function inBatches(
  server: ServerProcess,
  users: Users,
  verdicts: Verdicts,
  count: number,
  random: { seed: number },
): Promise<void> {
  for (const kind of ['query', 'mutation'] as const) {
    const entries = procedures().filter((procedure) => procedure.kind === kind);
    const call = fc.oneof(
      ...entries.map(({ name, input, weight }) => ({
        weight,
        arbitrary: hostile(input, users.ids).map((value) => ({ name, value })),
      })),
    );
    const batches = fc.sample(fc.array(call, { minLength: batchSize, maxLength: batchSize, size: 'max' }), {
      ...random,
      numRuns: Math.ceil(count / batchSize),
    });
    await allAtOnce(batches, async (batch) => {
      const user = users.next();
      const path = batch.map(({ name }) => name).join(',');
      const inputs = JSON.stringify(Object.fromEntries(batch.map(({ value }, index) => [index, value])));
      const query = kind === 'query' ? `&input=${encodeURIComponent(inputs)}` : '';
      if (query.length > longestUrl) return;
      const response = await fetch(`${server.url}/trpc/${path}?batch=1${query}`, {
        method: kind === 'query' ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' },
        ...(kind === 'mutation' && { body: inputs }),
      });
      await verdicts.batch(batch, response);
      if (response.status === 401 || response.status === 207) await users.renew(user);
    });
  }
}

async function overRest(
  server: ServerProcess,
  users: Users,
  verdicts: Verdicts,
  { count, seed }: { count: number; seed: number },
): Promise<void> {
  const entries = await routes(server.url);
  const parameter = fc.oneof(
    { weight: 4, arbitrary: users.ids },
    {
      weight: 1,
      arbitrary: fc.constantFrom('..', '%00', '%2e%2e%2f', 'null', '0', 'x'.repeat(3_000), '\u202e', '%ZZ'),
    },
  );
  const call = (route: Route) =>
    fc.record({ route: fc.constant(route), body: hostile(route.input, users.ids), parameter });
  const requests = fc.sample(fc.oneof(...entries.map((route) => call(route))), { seed, numRuns: count });
  await allAtOnce(requests, async ({ route, body, parameter: id }) => {
    const user = users.next();
    const path = route.path.replaceAll(/\{\w+\}/g, () => (id.includes('%') ? id : encodeURIComponent(id)));
    const carries = route.method !== 'GET' && route.method !== 'HEAD' && body !== undefined;
    const response = await fetch(`${server.url}${path}`, {
      method: route.method,
      headers: { authorization: `Bearer ${user.token}`, ...(carries && { 'content-type': 'application/json' }) },
      ...(carries && { body: JSON.stringify(body) }),
      redirect: 'manual',
    });
    await verdicts.rest(route.name, response);
    await users.renew(user);
  });
}

async function withForms(
  server: ServerProcess,
  users: Users,
  verdicts: Verdicts,
  { count, seed, recording }: { count: number; seed: number; recording: Uint8Array },
): Promise<void> {
  const targets = ['/upload/answers/{id}', '/upload/turns/{id}', '/upload/cvs', '/api/audio-interview/submit-answer'];
  const form = fc.record({ target: fc.constantFrom(...targets), wire: mutatedForms(recording), id: users.ids });
  await allAtOnce(fc.sample(form, { seed, numRuns: count }), async ({ target, wire, id }) => {
    const user = users.next();
    const response = await fetch(`${server.url}${target.replace('{id}', id)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${user.token}`, 'content-type': wire.contentType },
      body: wire.body,
    });
    await verdicts.rest(`form ${target}`, response);
  });
}

async function allAtOnce<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const next = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of next) await work(item);
    }),
  );
}

/** What must hold once everything is over. */
async function afterwards({ audioPath, pool }: ServerWorld, server: ServerProcess): Promise<string[]> {
  const found: string[] = [];
  const ready = await fetch(`${server.url}/health/ready`);
  if (!ready.ok) found.push(`the server is not ready afterwards: ${ready.status}`);
  // Turns and transcriptions that the last calls began may still hold a file.
  let staged: string[] = [];
  for (let attempt = 0; attempt < 100; attempt++) {
    staged = await filesIn(join(audioPath, 'tmp'));
    if (staged.length === 0) break;
    await sleep(100);
  }
  if (staged.length > 0) found.push(`${staged.length} staged files were left, such as ${staged[0]}`);
  const { rows } = await pool.query<{ key: string }>(
    `select storage_key as key from audio_files where kind = 'answer'`,
  );
  const known = new Set(rows.map(({ key }) => key));
  const orphans = (await filesIn(join(audioPath, 'answers'))).filter((name) => !known.has(`answers/${name}`));
  if (orphans.length > 0) found.push(`${orphans.length} recordings without a row were left, such as ${orphans[0]}`);
  const log = server.said().split('\n');
  for (const line of log.filter((each) => /unhandled|"level":(50|60)/i.test(each)).slice(0, 5)) {
    found.push(`the log: ${line.slice(0, 600)}`);
  }
  return found;
}

const filesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
