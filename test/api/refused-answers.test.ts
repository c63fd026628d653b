import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import {
  bothRefuse,
  goodAnswer,
  type Interview,
  recording,
  refusalOf,
  refusedResponse,
  seedInterview,
} from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

/** Every file below the storage folder, partial ones included. */
async function filesKept(): Promise<string[]> {
  const entries = await readdir(server.audioPath, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
const submit = (questionId: string, file: Blob) => {
  const form = new FormData();
  form.append('question_id', questionId);
  form.append('audio_file', file, 'answer.wav');
  return user.fetch('/api/audio-interview/submit-answer/', { method: 'POST', body: form });
};
describe('an answer is not taken', () => {
  let interview: Interview;
  beforeAll(async () => {
    interview = await seedInterview(server, user.userId);
  });

  test('to a question of another session of somebody else', async () => {
    const other = await server.signIn();
    const { questionIds } = await seedInterview(server, other.userId);
    const expected = { status: 404, code: 'not_found' };
    await bothRefuse(
      user.viva.uploadAnswer(questionIds[0], recording()),
      submit(questionIds[0], recording()),
      expected,
    );
    const typed = user.viva.answers.submitText.mutate({ questionId: questionIds[0], text: goodAnswer });
    expect(await refusalOf(typed)).toMatchObject(expected);
  });

  test('without saying to which question', async () => {
    const form = new FormData();
    form.append('audio_file', recording(), 'answer.wav');
    const refused = await refusedResponse(
      await user.fetch('/audio-interview/submit-answer', { method: 'POST', body: form }),
    );
    expect(refused).toMatchObject({
      status: 400,
      code: 'invalid_input',
      message: expect.stringContaining('question_id'),
    });
  });

  test('when nothing was written', async () => {
    const typed = user.viva.answers.submitText.mutate({ questionId: interview.questionIds[0], text: '  \0 ' });
    expect(await refusalOf(typed)).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('empty') });
  });

  test('once the interview has ended: typed or spoken', async () => {
    const { id, questionIds } = await seedInterview(server, user.userId);
    await user.viva.sessions.end.mutate({ sessionId: id });
    const expected = { status: 409, code: 'session_ended' };
    await bothRefuse(
      user.viva.uploadAnswer(questionIds[0], recording()),
      submit(questionIds[0], recording()),
      expected,
    );
    const typed = user.viva.answers.submitText.mutate({ questionId: questionIds[0], text: goodAnswer });
    expect(await refusalOf(typed)).toMatchObject(expected);
  });

  test('when the interview ends while its bytes are on their way', async () => {
    const { id, questionIds } = await seedInterview(server, user.userId);
    const whole = new FormData();
    whole.append('file', recording());
    const form = new Response(whole);
    const bytes = new Uint8Array(await form.clone().arrayBuffer());
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const headers = { 'content-type': form.headers.get('content-type') ?? '' };
    const streamed = { method: 'POST', headers, body: readable, duplex: 'half' };
    const uploading = user.fetch(`/upload/answers/${questionIds[0]}`, streamed);
    await writer.write(bytes.subarray(0, bytes.length / 2));
    await vi.waitFor(async () => expect(await filesKept()).toHaveLength(1));
    await user.viva.sessions.end.mutate({ sessionId: id });
    await writer.write(bytes.subarray(bytes.length / 2));
    await writer.close();
    expect(await refusedResponse(await uploading)).toMatchObject({ status: 409, code: 'session_ended' });
  });

  test('and of all these no file and no row is left', async () => {
    expect(await filesKept()).toEqual([]);
    expect(await server.deps.db.prisma.answer.count()).toBe(0);
    expect(await server.deps.db.prisma.audioFile.count()).toBe(0);
  });

  test('a typed answer has nothing to transcribe again', async () => {
    const { questionIds } = await seedInterview(server, user.userId);
    const { id } = await user.viva.answers.submitText.mutate({ questionId: questionIds[0], text: goodAnswer });
    expect(await refusalOf(user.viva.answers.retry.mutate({ answerId: id }))).toMatchObject({ code: 'conflict' });
  });
});
