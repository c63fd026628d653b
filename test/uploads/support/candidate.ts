import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { SignedIn, Viva } from '../../support/viva.ts';
import { type Exchanged, type ExchangeOptions, exchange } from './exchange.ts';
import type { Form } from './forms.ts';

/** Somebody with a question to answer. */
export interface Candidate extends SignedIn {
  sessionId: string;
  questionId: string;
  /** Sends a form to the question's upload route, as it is. */
  upload(form: Form, options?: ExchangeOptions): Promise<Exchanged>;
}

export async function candidateOf(server: Viva, options?: { consent?: boolean }): Promise<Candidate> {
  const user = await server.signIn(options);
  const session = await user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const questionId = session.questions[0]?.id ?? expect.fail('no question');
  // Speech is staged in the same folder: here it must not look like something an upload left.
  const spoken = () => server.deps.db.prisma.question.findUniqueOrThrow({ where: { id: questionId } });
  await vi.waitFor(async () => expect(await spoken()).toMatchObject({ speechState: 'ready' }), { timeout: 15_000 });
  return {
    ...user,
    sessionId: session.id,
    questionId,
    upload: (form, { headers, ...rest } = {}) =>
      exchange(server.url, `/upload/answers/${questionId}`, {
        headers: { authorization: `Bearer ${user.token}`, ...form.headers, ...headers },
        body: [form.bytes],
        ...rest,
      }),
  };
}

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Everything that uploads have left: files of answers, staged files, rows. */
export async function leftBehind({ audioPath, deps }: Pick<Viva, 'audioPath' | 'deps'>) {
  const { prisma } = deps.db;
  return {
    staged: await names(join(audioPath, 'tmp')),
    answers: await names(join(audioPath, 'answers')),
    rows: (await prisma.answer.count()) + (await prisma.audioFile.count({ where: { kind: 'answer' } })),
  };
}
