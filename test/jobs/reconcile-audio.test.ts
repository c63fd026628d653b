import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { reconcileAudio } from '../../src/jobs/reconcile-audio.ts';
import { reconcileWork } from '../../src/jobs/reconcile-work.ts';
import { goodAnswer, recording, refusalOf, seedInterview } from '../api/support/interviews.ts';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

const patience = { timeout: 20_000, interval: 50 };

/** A version 7 UUID of that moment. */
const versionSeven = (atMs: number, tail: string) => {
  const time = atMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail.padStart(12, '0')}`;
};

test('files without a row go once they are an hour old; files with a row and young ones stay', async () => {
  const { userId } = await server.signIn();
  const folder = join(server.audioPath, 'answers');
  await mkdir(folder, { recursive: true });
  const old = Date.now() - 2 * 3_600_000;
  const [orphan, kept, young] = [versionSeven(old, '1'), versionSeven(old, '2'), versionSeven(Date.now(), '3')];
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

test('a recording whose file is missing is told to be gone, and its interview can still be read', async () => {
  const { viva, userId } = await server.signIn();
  const { id, questionIds } = await seedInterview(server, userId);
  server.upstream.hearNext(goodAnswer);
  const { id: answerId, audio } = await viva.uploadAnswer(questionIds[0], recording());
  await vi.waitFor(
    async () => expect(await viva.answers.get.query({ answerId })).toMatchObject({ transcriptState: 'done' }),
    patience,
  );
  const path = join(server.audioPath, 'answers', `${audio?.id}.wav`);
  await rm(path);
  await reconcileAudio(server.deps.product, new AbortController().signal);
  expect(await refusalOf(viva.fetchAudio(audio?.url ?? ''))).toMatchObject({ code: 'gone', status: 410 });
  expect(await viva.answers.get.query({ answerId })).toMatchObject({ transcript: goodAnswer });
  const file = await server.deps.db.prisma.audioFile.findUnique({ where: { id: audio?.id ?? '' } });
  expect(file?.goneAt).not.toBeNull();

  // Somebody put it back.
  await writeFile(path, Buffer.from(await recording().arrayBuffer()));
  await reconcileAudio(server.deps.product, new AbortController().signal);
  expect((await viva.fetchAudio(audio?.url ?? '')).status).toBe(200);
  await rm(path);
  expect((await viva.sessions.export.query({ sessionId: id })).answers).toHaveLength(1);
});

test.each([
  ['is missing', (path: string) => rm(path)],
  ['was cut off', (path: string) => truncate(path, 100)],
])('a question whose sound %s is spoken again', async (_, damage) => {
  const { viva } = await server.signIn();
  const { id } = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const spoken = () =>
    vi.waitFor(async () => {
      const [question] = await viva.questions.list.query({ sessionId: id });
      expect(question?.speechState).toBe('ready');
      return question;
    }, patience);
  const before = await spoken();
  const path = join(server.audioPath, 'questions', `${before?.audio?.id}.mp3`);
  await damage(path);
  await reconcileAudio(server.deps.product, new AbortController().signal);
  await reconcileWork(server.deps.product, server.deps.queue);
  const after = await spoken();
  expect(after?.audio?.id).toBe(before?.audio?.id);
  expect((await stat(path)).size).toBe(after?.audio?.bytes);
});

test('where most sounds are missing, the storage is not the right one, and nothing is given up', async () => {
  const { userId } = await server.signIn();
  const { prisma } = server.deps.db;
  const ids = Array.from({ length: 60 }, (_, index) => versionSeven(Date.now(), `a${index}`));
  const mine = { id: { in: ids } };
  const file = { kind: 'answer' as const, userId, mimeType: 'audio/wav', bytes: 5, sha256: '', durationMs: 1 };
  await prisma.audioFile.createMany({ data: ids.map((id) => ({ id, storageKey: `answers/${id}.wav`, ...file })) });
  await reconcileAudio(server.deps.product, new AbortController().signal);
  expect(await prisma.audioFile.count({ where: { ...mine, goneAt: null } })).toBe(60);
  await prisma.audioFile.deleteMany({ where: mine });
});

test('npm run verify-audio tells what is damaged, missing and nobody’s, and changes nothing', async () => {
  const { viva, userId } = await server.signIn();
  const { questionIds } = await seedInterview(server, userId);
  const idOf = async (number: number) => (await viva.uploadAnswer(questionIds[0], recording(number))).audio?.id;
  const [whole, damaged, missing] = [await idOf(0), await idOf(1), await idOf(2)];
  const folder = join(server.audioPath, 'answers');
  const damagedPath = join(folder, `${damaged}.wav`);
  const bytes = await readFile(damagedPath);
  bytes[500] = (bytes[500] ?? 0) ^ 1;
  await writeFile(damagedPath, bytes);
  await rm(join(folder, `${missing}.wav`));
  const orphan = `${versionSeven(Date.now() - 2 * 3_600_000, '1')}.wav`;
  await writeFile(join(folder, orphan), 'sound');

  const { config } = server.deps;
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/verify-audio.ts')], {
    env: { PATH: process.env.PATH, DATABASE_URL: config.DATABASE_URL, AUDIO_STORAGE_PATH: server.audioPath },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk));
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  const lines = said.trim().split('\n');
  const found = lines.filter((line) => [whole, damaged, missing, orphan].some((name) => name && line.includes(name)));
  expect(found.toSorted()).toEqual([
    expect.stringMatching(`^damaged +answers/${damaged}.wav +${bytes.length} +${bytes.length}`),
    expect.stringMatching(`^missing +answers/${missing}.wav`),
    expect.stringMatching(`^orphaned +answers/${orphan}`),
  ]);
  expect(lines.at(-1)).toMatch(/^\d+ files read, \d+ not as they should be$/);
  expect(await readdir(folder)).toContain(orphan);
}, 60_000);
