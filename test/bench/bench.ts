/** `npm run bench`: the server against the floor and against its peers, as ratios within one run. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { comparePlayback } from './playback.ts';
import type { Comparison } from './ratio.ts';
import { compareReads } from './reads.ts';
import { compareRealtime, fullRealtime, quickRealtime } from './realtime.ts';
import { type Report, renderTable, thisMachine, writeReport } from './report.ts';
import { compareTurns, fullTurns, quickTurns } from './turn/compare.ts';
import { allPeers } from './turn/peers.ts';
import { compareUploads } from './uploads.ts';
import { createWorld, type Scale } from './world.ts';

const full: Scale = { rounds: 5, durationMs: 1_000, uploadRounds: 3, uploadBytes: 50_000_000 };
const quick: Scale = { rounds: 1, durationMs: 300, uploadRounds: 1, uploadBytes: 5_000_000 };

const notes = [
  'Ratio: the median of the rounds, ours over the peer; contenders take turns, the order changes every round.',
  'The load, each server and PostgreSQL (with fsync) are processes of their own and share the machine.',
  'Uploads: from the first byte sent to the acknowledgement, with sign-in, form, hash, inspection, fsync and rows.',
  'Transcription follows in the background; every measurement waits until that of the last one has ended.',
  'The upload floor writes the body to a file and fsyncs it: no form is read, nothing is hashed or looked at.',
  'Reads, history and audio check the token and the owner here; the peers ask nobody and check nothing.',
];

const groups = ['uploads', 'reads', 'audio', 'turn', 'realtime'] as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A smoke run of some 20 s. */
    quick: { type: 'boolean', default: false },
    /** A part of it: `uploads`, `reads`, `audio`, `turn` or `realtime`; may be repeated, or named without `--only`. */
    only: { type: 'string', multiple: true, default: [] },
    /** What the turn is compared with: `openai-by-hand`, `ai-sdk` or `livekit`; may be repeated. All unless told. */
    peer: { type: 'string', multiple: true, default: [...allPeers] },
    /** Where the JSON goes. */
    out: { type: 'string', default: join(import.meta.dirname, '../../bench-results') },
  },
});
const named = z.array(z.enum(groups)).parse([...values.only, ...positionals]);
const only = named.length > 0 ? named : groups;
const peers = z.array(z.enum(allPeers)).parse(values.peer);

const say = (text: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${text}\n`);
const at = new Date().toISOString();
const comparisons: Comparison[] = [];
let memory: Report['memory'] = null;
const scale = values.quick ? quick : full;
if (only.some((group) => group !== 'turn' && group !== 'realtime')) {
  say('Starting PostgreSQL and the server');
  await using world = await createWorld(scale);
  if (only.includes('uploads')) {
    say('Uploads');
    const uploads = await compareUploads(world);
    comparisons.push(...uploads.comparisons);
    memory = { grownBytes: uploads.memoryGrowthBytes, targetBytes: 50_000_000 };
  }
  if (only.includes('reads')) {
    say('Reads and history');
    comparisons.push(...(await compareReads(world)));
  }
  if (only.includes('audio')) {
    say('Audio');
    comparisons.push(...(await comparePlayback(world)));
  }
  say('Closing');
}
const turnScale = values.quick ? quickTurns : fullTurns;
const turn = only.includes('turn') ? await compareTurns(turnScale, { peers, say, worldScale: scale }) : null;
const realtimeScale = values.quick ? quickRealtime : fullRealtime;
const realtime = only.includes('realtime') ? await compareRealtime(realtimeScale, { say, worldScale: scale }) : null;
const report: Report = { at, quick: values.quick, machine: thisMachine(), comparisons, memory, turn, realtime, notes };
const path = await writeReport(resolve(values.out), report);
console.log(`${renderTable(report)}\n\nAs JSON: ${path}`);
