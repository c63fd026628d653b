import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reconcileAudio } from '../../src/jobs/reconcile-audio.ts';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

/** A version 7 UUID of that moment. */
const idOf = (atMs: number, tail: string) => {
  const time = atMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail.padStart(12, '0')}`;
};

test('files without a row go once they are an hour old; files with a row and young ones stay', async () => {
  const { userId } = await server.signIn();
  const folder = join(server.audioPath, 'answers');
  await mkdir(folder, { recursive: true });
  const old = Date.now() - 2 * 3_600_000;
  const [orphan, kept, young] = [idOf(old, '1'), idOf(old, '2'), idOf(Date.now(), '3')];
  for (const id of [orphan, kept, young]) await writeFile(join(folder, `${id}.wav`), 'sound');
  await server.deps.db.prisma.audioFile.create({
    data: {
      id: kept,
      kind: 'answer',
      userId,
      storageKey: `answers/${kept}.wav`,
      mimeType: 'audio/wav',
      bytes: 5,
      sha256: '',
      durationMs: 1,
    },
  });
  await reconcileAudio(server.deps.product, new AbortController().signal);
  expect((await readdir(folder)).toSorted()).toEqual([`${kept}.wav`, `${young}.wav`].toSorted());
});
