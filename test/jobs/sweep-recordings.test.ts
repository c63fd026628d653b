import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepRecordings } from '../../src/jobs/sweep-recordings.ts';
import { recording, seedInterview } from '../api/support/interviews.ts';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

test('recordings past their retention go, with their files; younger ones and what was answered stay', async () => {
  const { viva, userId } = await server.signIn();
  const { questionIds } = await seedInterview(server, userId);
  const old = await viva.uploadAnswer(questionIds[0], recording());
  const young = await viva.uploadAnswer(questionIds[0], recording(1));
  const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000);
  await server.deps.db.prisma.audioFile.update({
    where: { id: old.audio?.id ?? '' },
    data: { createdAt: eightDaysAgo },
  });
  await sweepRecordings(server.deps.product, 7);
  expect((await viva.answers.get.query({ answerId: old.id })).audio).toBeNull();
  expect((await viva.answers.get.query({ answerId: young.id })).audio).toEqual(young.audio);
  const files = await readdir(join(server.audioPath, 'answers'));
  expect(files).toEqual([expect.stringContaining(young.audio?.id ?? 'none')]);
});
