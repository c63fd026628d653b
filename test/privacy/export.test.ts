import { createHash } from 'node:crypto';
import { readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openPromise } from 'yauzl';
import { z } from 'zod';
import { goodAnswer, recording, refusalOf, refusedResponse, seedInterview } from '../api/support/interviews.ts';
import { interview, turn } from '../conversation/talking.ts';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
let stranger: SignedIn;
beforeAll(async () => {
  server = await startViva();
  [user, stranger] = await Promise.all([server.signIn(), server.signIn()]);
});
afterAll(() => server?.close());

/** The files of a ZIP, unpacked with another library than the one that packs. */
async function unpack(response: Response): Promise<Map<string, Buffer>> {
  const path = join(tmpdir(), `viva-export-${crypto.randomUUID()}.zip`);
  await writeFile(path, new Uint8Array(await response.arrayBuffer()));
  const files = new Map<string, Buffer>();
  try {
    const zip = await openPromise(path);
    for await (const entry of zip.eachEntry()) {
      files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
    }
  } finally {
    await rm(path);
  }
  return files;
}

const rows = (file: Buffer | undefined) => z.array(z.looseObject({})).parse(JSON.parse(file?.toString() ?? ''));

test('has everything: rows, words, sound and what was said, each with the hash that it is listed with', async () => {
  const { viva, userId } = user;
  await viva.uploadCv(new Blob(['Baker with ten years at the oven.']), { fileName: 'my cv.txt' });
  const session = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const [question] = session.questions;
  if (!question) throw new Error('no question');
  const takes = [
    await viva.uploadAnswer(question.id, new Blob([await server.say(goodAnswer)])),
    await viva.uploadAnswer(question.id, recording(3)),
  ];
  await vi.waitFor(
    async () => {
      const { items } = await viva.answers.list.query({ questionId: question.id });
      expect(items.every(({ transcriptState }) => transcriptState !== 'pending')).toBe(true);
      expect((await viva.questions.get.query({ questionId: question.id })).audio).not.toBeNull();
    },
    { timeout: 10_000 },
  );
  await viva.evaluation.run.mutate({ sessionId: session.id });
  const talk = await interview(user);
  await turn(user, talk.id, () => viva.chat.begin.mutate({ sessionId: talk.id }));
  await viva.sessions.create.mutate({ jobDescription: 'Of nobody else', questionCount: 1, speakQuestions: false });
  await stranger.viva.sessions.create.mutate({
    jobDescription: 'A stranger’s',
    questionCount: 1,
    speakQuestions: false,
  });

  const response = await viva.exportAccount();
  expect(response.headers.get('content-type')).toBe('application/zip');
  expect(response.headers.get('cache-control')).toContain('no-store');
  const files = await unpack(response);

  const paths = [...files.keys()];
  expect(rows(files.get('account.json'))).toMatchObject([{ id: userId, kind: 'guest' }]);
  expect(rows(files.get('consents.json'))).toMatchObject([{ subject: 'recording', given: true }]);
  expect(rows(files.get('cvs.json'))).toMatchObject([{ fileName: 'my cv.txt' }]);
  expect(rows(files.get('usage.json')).length).toBeGreaterThan(3);
  const folder = paths
    .find((path) => path.endsWith(`${session.id.slice(-8)}/session.json`))
    ?.replace('session.json', '');
  const answers = rows(files.get(`${folder}answers.json`));
  expect(answers).toMatchObject([
    {
      take: 1,
      transcript: goodAnswer,
      words: expect.arrayContaining([expect.objectContaining({ word: 'migration' })]),
    },
    { take: 2 },
  ]);
  expect(paths.filter((path) => path.startsWith(folder ?? '-')).map((path) => path.replace(folder ?? '', ''))).toEqual([
    'session.json',
    'questions.json',
    'answers.json',
    'conversation.json',
    'turns.json',
    'question 01.mp3',
    'question 01, take 1.mp3',
    'question 01, take 2.wav',
  ]);
  const sound = await (await viva.fetchAudio(takes[0]?.audio?.url ?? '')).arrayBuffer();
  expect(files.get(`${folder}question 01, take 1.mp3`)?.equals(Buffer.from(sound))).toBe(true);
  expect(paths.some((path) => /conversation 0001, interviewer\.mp3$/.test(path))).toBe(true);

  const readme = files.get('README.txt')?.toString() ?? '';
  expect(paths.at(-1)).toBe('README.txt');
  for (const [path, bytes] of files) {
    if (path === 'README.txt') continue;
    expect(readme).toContain(`${createHash('sha256').update(bytes).digest('hex')}  ${path} (${bytes.length} bytes)`);
  }
  const everything = Buffer.concat([...files.values()]).toString('latin1');
  for (const secret of [stranger.userId, 'A stranger', 'passwordHash', 'tokenHash'])
    expect(everything).not.toContain(secret);

  // One that is not there any more is named, and the rest is whole.
  await rm(join(server.audioPath, takes[1]?.audio?.path.replace(/^audio\//, '') ?? '-'));
  const again = await unpack(await viva.exportAccount());
  expect(again.size).toBe(files.size - 1);
  expect(again.get('README.txt')?.toString()).toMatch(/MISSING {2}sessions\/.*, take 2\.wav\n.*no longer stored/);
});

test('is for whoever is signed in, a few times a minute', async () => {
  const refused = await refusedResponse(await fetch(`${server.url}/account/export`));
  expect(refused).toMatchObject({ status: 401, code: 'unauthenticated' });
  const guest = await server.signIn();
  for (const _ of [1, 2, 3]) await (await guest.viva.exportAccount()).arrayBuffer();
  expect(await refusalOf(guest.viva.exportAccount())).toMatchObject({ code: 'rate_limited', status: 429 });
});

test('that is not read on is given up, and keeps no file open', async () => {
  const { viva, userId } = await server.signIn();
  const { questionIds } = await seedInterview(server, userId);
  const large = new Blob([new Uint8Array(wav(speechLike(120_000)))]);
  const answer = await viva.uploadAnswer(questionIds[0], large);
  const openFiles = async () => {
    const names = await readdir('/proc/self/fd');
    const targets = await Promise.all(names.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return targets.filter((target) => target.includes(answer.audio?.id ?? '-'));
  };
  await vi.waitFor(
    async () => expect((await viva.answers.get.query({ answerId: answer.id })).transcriptState).not.toBe('pending'),
    { timeout: 10_000 },
  );
  const leaving = new AbortController();
  const { body } = await viva.exportAccount({ signal: leaving.signal });
  const reader = body?.getReader();
  await reader?.read();
  await vi.waitFor(async () => expect(await openFiles()).toHaveLength(1), { timeout: 5_000 });
  leaving.abort();
  await vi.waitFor(async () => expect(await openFiles()).toEqual([]), { timeout: 5_000 });
});
