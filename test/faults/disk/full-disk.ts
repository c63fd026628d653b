import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ServerWorld } from '../../support/server-world.ts';
import { type CampaignOptions, scaled } from '../campaign.ts';
import { sha256, sha256Of } from '../kill/answers.ts';
import { seeded } from '../kill/random.ts';
import { takeLeftovers } from './leftovers.ts';
import { interview, post, type Setting, type Step, speaking, storedSchema, talking, uploading } from './steps.ts';

const diskBytes = 4 * 2 ** 20;
const steps: Step[] = [uploading, talking, speaking];

/** A file system of its own, or null where mounting is not allowed. */
function mountSmall(): string | null {
  if (process.platform !== 'linux') return null;
  const folder = mkdtempSync(join(tmpdir(), 'viva-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    // It needs root: the report says that it was left out.
    rmdirSync(folder);
    return null;
  }
}

/** A small file system that is full, or nearly: refused with `storage_full`, nothing stays, reading goes on. */
export async function fillDisk(
  options: CampaignOptions,
  { world, spoken, found }: { world: ServerWorld; spoken: Uint8Array; found: string[] },
) {
  const folder = mountSmall();
  if (!folder) {
    const left = ['a file system that is really full: mounting one is not allowed here'];
    return { tried: 'no full disk', figures: [], left };
  }
  const times = scaled(30, options, 3);
  const random = seeded(options.seed);
  const ends = new Map<string, number>();
  const server = await world.start({ AUDIO_STORAGE_PATH: folder });
  try {
    const setting: Setting = {
      server,
      guest: await server.signIn(),
      spoken,
      mark: () => `case ${randomUUID().slice(0, 13)}`,
    };
    const kept = await keepOne(setting);
    for (let each = 0; each < times; each++) {
      const step = steps[each % steps.length] ?? uploading;
      const ballast = { path: join(folder, 'ballast'), room: random.of([0, 0, 4_096, 8_192, 16_384]) };
      const end = await runWithout({ step, setting, ballast }, async (problem) => {
        const name = `${step.name} with ${ballast.room} bytes of room`;
        if (problem) found.push(`${name}: ${problem}`);
        if ((await kept()) !== true) found.push(`${name}: reading does not go on`);
        for (const leftover of await takeLeftovers(folder, world.pool)) found.push(`${name}: ${leftover}`);
      });
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
  } finally {
    await server.kill('SIGTERM');
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  }
  return {
    tried: `${times} operations on a full disk`,
    figures: [`on a full disk: ${[...ends].map(([end, count]) => `${end} ${count}`).join(', ')}`],
    left: [],
  };
}

/** Stores a recording, and tells from then on whether it can still be read. */
async function keepOne(setting: Setting): Promise<() => Promise<boolean>> {
  const bytes = setting.spoken;
  const { questionId } = await interview(setting);
  const { audio } = storedSchema.parse(
    JSON.parse((await post(setting, `/upload/answers/${questionId}`, bytes)).body.toString()),
  );
  const { server, guest } = setting;
  return async () => (await sha256Of(`${server.url}${audio.url}`, guest.token)) === sha256(bytes);
}

interface Filled {
  step: Step;
  setting: Setting;
  ballast: { path: string; room: number };
}

/** Runs the step without room, has somebody look while the disk is full, and runs it again with room. */
async function runWithout(
  { step, setting, ballast }: Filled,
  look: (problem: string | null) => Promise<void>,
): Promise<string> {
  const { run, wrong } = await step.prepare(setting);
  const { bavail, bsize } = await statfs(dirname(ballast.path));
  await writeFile(ballast.path, Buffer.alloc(Math.max(0, bavail * bsize - ballast.room)));
  const end = await run().catch((error: unknown) => `ended with ${String(error)}`);
  // With some room, what is small succeeds; an upload is larger than any of it.
  const fits = ['done', 'partial', 'told', 'storage_full'].includes(end) && !(step === uploading && end === 'done');
  await look((await wrong(end)) ?? (fits ? null : `it is told as ${end}`));
  await rm(ballast.path);
  const again = await step.prepare(setting);
  const second = await again.run().catch((error: unknown) => String(error));
  if (second !== 'done') await look(`with room again it ended with ${second}`);
  return end;
}
