import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepSound } from '../../src/interview/retention.ts';
import { recording, refusalOf, seedInterview } from '../api/support/interviews.ts';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva({ AUDIO_RETENTION_DAYS: '7' });
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
  await sweepSound(server.deps.product);
  expect(await refusalOf(viva.fetchAudio(old.audio?.url ?? ''))).toMatchObject({ code: 'gone' });
  expect((await viva.answers.get.query({ answerId: young.id })).audio).toEqual(young.audio);
  const files = await readdir(join(server.audioPath, 'answers'));
  expect(files).toEqual([expect.stringContaining(young.audio?.id ?? 'none')]);
});
