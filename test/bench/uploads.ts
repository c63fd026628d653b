import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startServer } from './child.ts';
import { type Comparison, compare, interleave, type Rounds } from './ratio.ts';
import { freshQuestions } from './seed.ts';
import type { World } from './world.ts';

export interface UploadFigures {
  comparisons: Comparison[];
  /** How far the server's memory (RSS) rose above where it stood, with eight uploads at once: the most of all rounds. */
  memoryGrowthBytes: number;
}

const together = 8;

/** A long recording, one and eight at once, from the first byte sent to the acknowledgement. */
export async function compareUploads(world: World): Promise<UploadFigures> {
  const { scale, viva, load, db, peerPath: folder } = world;
  const { userId, headers } = await world.signIn();
  await using server = await startServer('servers/upload-floor.ts', { folder });
  const questions = freshQuestions(db, userId);
  const growth: Rounds = [];

  const ours = async (count: number): Promise<number> => {
    const ids: string[] = [];
    while (ids.length < count) ids.push((await questions.next()).value);
    const urls = ids.map((id) => `${viva.url}/upload/answers/${id}`);
    await viva.ask({ memory: 'watch' });
    const rate = await load({ kind: 'uploads', urls, headers, bytes: scale.uploadBytes });
    const { grownBytes } = z.object({ grownBytes: z.number() }).parse(await viva.ask({ memory: 'tell' }));
    if (count === together) growth.push(grownBytes);
    await settled(world);
    return rate;
  };
  const floor = async (count: number): Promise<number> => {
    const urls = Array.from({ length: count }, () => server.url);
    const rate = await load({ kind: 'uploads', urls, headers: {}, bytes: scale.uploadBytes });
    for (const name of await readdir(folder)) await rm(join(folder, name));
    return rate;
  };

  const comparisons: Comparison[] = [];
  const megabytes = Math.round(scale.uploadBytes / 1e6);
  for (const count of [1, together]) {
    const [mine, raw] = await interleave(scale.uploadRounds, [() => ours(count), () => floor(count)]);
    const labels = { name: `upload of ${megabytes} MB, ${count} at once`, unit: 'MB/s' };
    comparisons.push(compare({ ...labels, peer: 'raw http to fsync', target: 0.85 }, mine, raw));
  }
  return { comparisons, memoryGrowthBytes: Math.max(...growth.slice(1)) };
}

/** Transcription goes on after the acknowledgement: the next measurement waits for it, and starts with an empty disk. */
async function settled({ db, audioPath }: World): Promise<void> {
  while ((await db.prisma.answer.count({ where: { transcriptState: 'pending' } })) > 0) await sleep(50);
  const answers = await db.prisma.audioFile.findMany({ where: { bytes: { gt: 2_000_000 } } });
  for (const { id, storageKey } of answers) {
    await rm(join(audioPath, storageKey), { force: true });
    await db.prisma.audioFile.delete({ where: { id } });
  }
}
