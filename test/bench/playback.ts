import { join } from 'node:path';
import { startServer } from './child.ts';
import { type Comparison, compare, interleave } from './ratio.ts';
import { seedFiles } from './seed.ts';
import type { World } from './world.ts';

const bytes = 1_000_000;
const range = { range: 'bytes=65536-131071' };

/** A part and the whole of stored recordings, against @fastify/static on the same files. */
export async function comparePlayback({ db, audioPath, scale, viva, load, signIn }: World): Promise<Comparison[]> {
  const { userId, headers } = await signIn();
  const ids = await seedFiles(db, { root: audioPath, userId, files: 8, bytes });
  await using files = await startServer('servers/static.ts', { folder: join(audioPath, 'answers') });
  const comparisons: Comparison[] = [];
  for (const [name, more, connections] of [
    ['audio, Range of 64 KiB', range, 32],
    ['audio, whole 1 MB', {}, 8],
  ] as const) {
    const [ours, peer] = await interleave(scale.rounds, [
      () =>
        load({
          kind: 'downloads',
          url: viva.url,
          paths: ids.map((id) => `/audio/${id}`),
          headers: { ...headers, ...more },
          connections,
        }),
      () =>
        load({
          kind: 'downloads',
          url: files.url,
          paths: ids.map((id) => `/${id}.mp3`),
          headers: { ...more },
          connections,
        }),
    ]);
    const labels = { name: `${name}, ${connections} at once`, unit: 'req/s', peer: '@fastify/static', target: 1 };
    comparisons.push(compare(labels, ours, peer));
  }
  return comparisons;
}
