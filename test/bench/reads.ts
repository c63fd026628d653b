import { startServer } from './child.ts';
import { type Comparison, compare, interleave } from './ratio.ts';
import { type History, seedHistory } from './seed.ts';
import type { SignedIn, World } from './world.ts';

const connections = 32;
const bare = 'Fastify + pg';

/** One row by its id, and a history of 20 interviews with 10 answers each. */
export async function compareReads(world: World): Promise<Comparison[]> {
  const reader = await world.signIn();
  const seeded = await seedHistory(world.db, {
    userId: reader.userId,
    sessions: 20,
    answers: 10,
  });
  return [...(await compareRows(world, reader, seeded)), await compareHistory(world, reader)];
}

function input(value: object): string {
  return `input=${encodeURIComponent(JSON.stringify(value))}`;
}

async function compareRows(world: World, reader: SignedIn, seeded: History): Promise<Comparison[]> {
  const { databaseUrl, scale, viva } = world;
  await using fastify = await startServer('servers/fastify-pg.ts', { databaseUrl });
  await using trpc = await startServer('servers/trpc-pg.ts', { databaseUrl });
  const comparisons: Comparison[] = [];
  for (const [procedure, key, path, ids] of [
    ['questions.get', 'questionId', 'questions', seeded.questionIds],
    ['answers.get', 'answerId', 'answers', seeded.answerIds],
  ] as const) {
    const trpcPaths = ids.map((id) => `/trpc/${procedure}?${input({ [key]: id })}`);
    const barePaths = ids.map((id) => `/${path}/${id}`);
    const ask = (url: string, paths: string[], headers = {}) =>
      world.load({ kind: 'requests', url, paths, headers, connections });
    const [ours, peer, floor] = await interleave(scale.rounds, [
      () => ask(viva.url, trpcPaths, reader.headers),
      () => ask(trpc.url, trpcPaths),
      () => ask(fastify.url, barePaths),
    ]);
    const labels = { name: `${procedure}, ${connections} at once`, unit: 'req/s' };
    comparisons.push(
      compare({ ...labels, peer: 'tRPC + pg', target: 0.9 }, ours, peer),
      compare({ ...labels, peer: bare, target: null }, ours, floor),
    );
  }
  return comparisons;
}

async function compareHistory({ databaseUrl, scale, viva, load }: World, reader: SignedIn): Promise<Comparison> {
  await using fastify = await startServer('servers/fastify-pg.ts', { databaseUrl });
  const ask = (url: string, path: string, headers = {}) =>
    load({ kind: 'requests', url, paths: [path], headers, connections });
  const [ours, peer] = await interleave(scale.rounds, [
    () => ask(viva.url, `/trpc/sessions.history?${input({ limit: 20 })}`, reader.headers),
    () => ask(fastify.url, `/history/${reader.userId}`),
  ]);
  const labels = { name: 'history, 20 sessions x 10 answers', unit: 'req/s', peer: `${bare}, one query`, target: 0.8 };
  return compare(labels, ours, peer);
}
