import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import OpenAI from 'openai';
import { errorTable } from '../../../src/errors.ts';
import { say } from '../../offline/recordings.ts';
import { createServerWorld, type ServerWorld } from '../../support/server-world.ts';
import { type Campaign, scaled } from '../campaign.ts';
import { seeded } from '../kill/random.ts';
import { type Command, command } from './commands.ts';
import { fillDisk } from './full-disk.ts';
import { takeLeftovers } from './leftovers.ts';
import { deleting, type Setting, type Step, speaking, talking, uploading } from './steps.ts';

const steps: Step[] = [uploading, talking, speaking, deleting];
const codes = ['ENOSPC', 'EIO'] as const;
const words = 'I led the migration of our payment service. We cut the error rate by forty percent in May.';
const stepMs = 30_000;
const preload = pathToFileURL(join(import.meta.dirname, 'failing-fs.ts')).href;

interface Case {
  step: Step;
  fail: NonNullable<Command['fail']>;
}

/** Every call to the disk of every step fails in turn, with no space and with an error of the device; then a disk that is full. */
export const diskCampaign: Campaign = async (options) => {
  const random = seeded(options.seed);
  const found: string[] = [];
  const ends = new Map<string, number>();
  await using world = await createServerWorld(options);
  const socketPath = join(world.folder, 'faults.sock');
  const server = await world.start({
    NODE_OPTIONS: `--import ${preload}`,
    FAULTS_SOCKET: socketPath,
    FAULTS_FOLDER: world.audioPath,
  });
  const spoken = await say(new OpenAI({ baseURL: world.upstream.url, apiKey: world.upstream.apiKey }), words);
  const setting: Setting = {
    server,
    guest: await server.signIn(),
    spoken,
    mark: () => `case ${randomUUID().slice(0, 13)}`,
  };
  const cases: Case[] = [];
  for (const step of steps) {
    // Twice: folders are made the first time only.
    for (const first of [true, false]) {
      const calls = await clean(step, setting, socketPath);
      if (!first) cases.push(...casesOf(step, calls));
    }
  }
  const chosen = random.shuffled(cases).slice(0, scaled(cases.length, options, 12));
  options.say(`${chosen.length} cases`);
  for (const [index, one] of chosen.entries()) {
    const end = await attempt(one, { setting, socketPath, world, found });
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if ((index + 1) % 25 === 0) options.say(`${index + 1} cases, ${found.length} breaches`);
  }
  if (/unhandled|uncaught/i.test(server.said())) found.push('the log tells of something unhandled');
  const full = await fillDisk(options, { world, spoken, found });
  const calls = new Set(chosen.map(({ step, fail }) => `${step.name}: ${fail.call} ${fail.occurrence}`));
  return {
    campaign: 'disk',
    tried: `${chosen.length} failures at ${calls.size} calls of ${steps.length} operations, and ${full.tried}`,
    found,
    figures: [[...ends].map(([end, times]) => `${end} ${times}`).join(', '), ...full.figures],
    left: [...full.left, 'recordings over a live socket and resumable uploads', 'reading calls'],
  };
};

/** What the step calls when all is well. */
async function clean(step: Step, setting: Setting, socketPath: string): Promise<string[]> {
  const { run, wrong } = await step.prepare(setting);
  await quietDisk(socketPath);
  const end = await run();
  const problem = await wrong(end);
  if (end !== 'done' || problem) throw new Error(`without a fault, “${step.name}” ended with ${end}: ${problem}`);
  return (await quietDisk(socketPath)).filter((call) => !call.startsWith('readdir'));
}

/** Waits until nothing is called any more; gives what was. */
async function quietDisk(socketPath: string): Promise<string[]> {
  const all: string[] = [];
  for (let quiet = 0; quiet < 2; ) {
    const { calls } = await command(socketPath, null);
    all.push(...calls);
    quiet = calls.length > 0 ? 0 : quiet + 1;
    await sleep(30);
  }
  return all;
}

function casesOf(step: Step, calls: string[]): Case[] {
  const counts = new Map<string, number>();
  return calls.flatMap((call) => {
    const occurrence = (counts.get(call) ?? 0) + 1;
    counts.set(call, occurrence);
    // Many writes are alike: the first, the second, and no more.
    if (occurrence > 2) return [];
    return codes.map((code) => ({ step, fail: { call, occurrence, code } }));
  });
}

interface Trying {
  setting: Setting;
  socketPath: string;
  world: ServerWorld;
  found: string[];
}

async function attempt({ step, fail }: Case, { setting, socketPath, world, found }: Trying): Promise<string> {
  const name = `${step.name} × ${fail.code} at ${fail.call}${fail.occurrence > 1 ? ` ${fail.occurrence}` : ''}`;
  const say = (what: string) => found.push(`${name}: ${what}`);
  const { run, wrong } = await step.prepare(setting);
  await quietDisk(socketPath);
  await command(socketPath, fail);
  const late = sleep(stepMs, 'it hangs', { ref: false });
  const end = await Promise.race([run(), late]).catch((error: unknown) => `ended with ${String(error)}`);
  const { met } = await command(socketPath, null);
  await quietDisk(socketPath);
  if (!met) return 'not met';
  const typed = ['done', 'told', 'partial'].includes(end) || (end in errorTable && end !== 'internal');
  if (!typed) say(end);
  if (end in errorTable && fail.code === 'ENOSPC' && end !== 'storage_full') say(`it is told as ${end}`);
  const problem = await wrong(end).catch((error: unknown) => String(error));
  if (problem) say(problem);
  const left = await takeLeftovers(world.audioPath, world.pool);
  // A deletion tells what the disk did not let go of; reconciliation tries again.
  if (step !== deleting || end !== 'told') for (const leftover of left) say(leftover);
  // The disk is well again, and so is everything else.
  const again = await step.prepare(setting);
  const second = await again.run().catch((error: unknown) => `ended with ${String(error)}`);
  const wrongAgain = await again.wrong(second).catch((error: unknown) => String(error));
  if (second !== 'done' || wrongAgain) say(`the next try ended with ${second}: ${wrongAgain}`);
  return end;
}
