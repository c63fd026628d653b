import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { recording } from '../api/support/interviews.ts';
import { speech } from './support/resumable.ts';
import { resumableWorld } from './support/resumable-world.ts';

const of = resumableWorld();

test('sends an answer, and resumes one by its address', async () => {
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  await of.sender.patch(path, 0, bytes.subarray(0, 60_000));
  const told: number[] = [];
  const answer = await of.user.viva.uploadAnswerResumable(of.questionId, new Blob([bytes]), {
    resumeFrom: of.server.url + path,
    onProgress: (sent) => told.push(sent),
  });
  expect(answer.audio?.bytes).toBe(bytes.length);
  expect(Math.min(...told)).toBeGreaterThanOrEqual(60_000);
  // It had been finished already: the answer is asked for.
  const again = await of.user.viva.uploadAnswerResumable(of.questionId, new Blob([bytes]), {
    resumeFrom: of.server.url + path,
  });
  expect(again).toEqual(expect.objectContaining({ id: answer.id }));
});

test('begins anew where there is nothing to resume, and tells the address', async () => {
  const urls: string[] = [];
  const resumeFrom = `${of.server.url}/upload/resumable/${randomUUID()}`;
  const how = { resumeFrom, onUploadUrl: (url: string) => urls.push(url) };
  expect(await of.user.viva.uploadAnswerResumable(of.questionId, recording(7), how)).toMatchObject({ take: 1 });
  expect(urls).toHaveLength(1);
});

test('rejects with the refusal, and with the reason when it is stopped', async () => {
  const refused = of.user.viva.uploadAnswerResumable(of.questionId, new Blob(['not a recording']));
  await expect(refused).rejects.toMatchObject({ name: 'VivaRequestError', status: 415, code: 'unsupported_media' });
  const stop = new AbortController();
  const stopped = of.user.viva.uploadAnswerResumable(of.questionId, new Blob([speech()]), {
    signal: stop.signal,
    onUploadUrl: () => stop.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
});

test('signs in again when its token is no good any more, and goes on', async () => {
  let token = 'outdated';
  const viva = createVivaClient({
    url: of.server.url,
    token: () => token,
    onUnauthenticated: async () => {
      token = of.user.token;
    },
  });
  expect(await viva.uploadAnswerResumable(of.questionId, recording(8))).toMatchObject({ take: 1 });
});
