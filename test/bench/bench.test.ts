import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const reportSchema = z.object({
  quick: z.literal(true),
  machine: z.object({ cores: z.number().positive(), cpu: z.string(), node: z.string() }),
  comparisons: z.array(
    z.object({
      name: z.string(),
      ours: z.number().positive(),
      peer: z.object({ name: z.string(), value: z.number().positive() }),
      ratio: z.object({ median: z.number().positive(), min: z.number(), max: z.number() }),
      target: z.number().nullable(),
    }),
  ),
  turn: z.object({
    floorMs: z.literal(470),
    figures: z.array(
      z.object({
        contender: z.string(),
        atOnce: z.literal(1),
        turns: z.literal(1),
        overhead: z.object({ medianMs: z.number() }),
      }),
    ),
    absent: z.tuple([]),
    targets: z.array(z.object({ name: z.string(), measured: z.number(), holds: z.boolean() })),
  }),
  realtime: z.object({
    atOnce: z.literal(5),
    addedMs: z.object({ up: z.number(), down: z.number() }),
    bytesPerIdle: z.number().nonnegative(),
  }),
  memory: z.object({ grownBytes: z.number().nonnegative(), targetBytes: z.literal(50_000_000) }),
});

test('a quick bench measures everything against its peers and leaves a table and JSON', async () => {
  const out = await mkdtemp(join(tmpdir(), 'viva-bench-test-'));
  try {
    const script = join(import.meta.dirname, 'bench.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      '--quick',
      ...['--peer', 'openai-by-hand'], // the one peer that needs no installation
      ...['--out', out],
    ]);
    const [file = ''] = await readdir(out);
    const report = reportSchema.parse(JSON.parse(await readFile(join(out, file), 'utf8')));
    expect(report.comparisons.map(({ name, peer }) => `${name} / ${peer.name}`)).toEqual([
      'upload of 5 MB, 1 at once / raw http to fsync',
      'upload of 5 MB, 8 at once / raw http to fsync',
      'questions.get, 32 at once / tRPC + pg',
      'questions.get, 32 at once / Fastify + pg',
      'answers.get, 32 at once / tRPC + pg',
      'answers.get, 32 at once / Fastify + pg',
      'history, 20 sessions x 10 answers / Fastify + pg, one query',
      'audio, Range of 64 KiB, 32 at once / @fastify/static',
      'audio, whole 1 MB, 8 at once / @fastify/static',
    ]);
    const lines = stdout.split('\n');
    for (const { name, peer, ratio } of report.comparisons) {
      const row = lines.find((line) => line.startsWith(name) && line.includes(`  ${peer.name}  `));
      expect(row).toContain(`  ${ratio.median.toFixed(2)}  `);
    }
    expect(report.turn.figures.map(({ contender }) => contender)).toEqual([
      'Viva, first clause',
      'Viva, whole sentences',
      'openai SDK by hand',
    ]);
    for (const { contender, overhead } of report.turn.figures) {
      expect(lines.find((line) => line.includes(`1  ${contender} `))).toContain(` ${overhead.medianMs.toFixed(1)} ms `);
    }
    expect(report.turn.targets.map(({ name }) => name)).toContain('median over the floor, first clause, 1 at once');
    for (const { name, holds } of report.turn.targets) {
      expect(lines.find((line) => line.startsWith(name))).toMatch(holds ? / holds$/ : / MISSED$/);
    }
    expect(lines.find((line) => line.startsWith('memory growth'))).toMatch(/< 50 MB/);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}, 180_000);
