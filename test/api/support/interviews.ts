import { TRPCClientError } from '@trpc/client';
import { expect } from 'vitest';
import { z } from 'zod';
import { VivaRequestError } from '../../../src/client.ts';
import type { Prisma } from '../../../src/db/generated/client.ts';
import { speechLike, wav } from '../../support/audio-fixtures.ts';
import type { SignedIn, Viva } from '../../support/viva.ts';

export const expectedSignals = [
  { id: 'own_action', description: 'Describes what they did themselves', weight: 3 },
  { id: 'result', description: 'Gives a concrete result with numbers', weight: 2 },
];

/** An answer in which the rules of the stand-in find both signals. */
export const goodAnswer = 'I led the migration of our payment service. I reduced the error rate by 40 percent in May.';

export interface Interview {
  id: string;
  questionIds: [string, ...string[]];
}

/** A session as `sessions.create` leaves it, unspoken and without asking any model. */
export async function seedInterview(
  { deps }: Viva,
  userId: string,
  questionCount = 1,
  data: Partial<Prisma.SessionUncheckedCreateInput> = {},
): Promise<Interview> {
  const session = await deps.db.prisma.session.create({
    data: {
      userId,
      jobDescription: 'Senior TypeScript developer for payment APIs',
      difficulty: 'medium',
      voice: 'nova',
      language: 'en',
      questionCount,
      ...data,
      questions: {
        create: Array.from({ length: questionCount }, (_, index) => ({
          position: index + 1,
          text: `Question ${index + 1}: what did you do, and what came of it?`,
          category: 'behavioral' as const,
          difficulty: 'medium' as const,
          tips: 'Use the STAR method.',
          expectedAnswerFocus: 'actions and results',
          expectedSignals,
          speechState: 'failed' as const,
        })),
      },
    },
    include: { questions: { orderBy: { position: 'asc' } } },
  });
  const [first, ...rest] = session.questions.map(({ id }) => id);
  if (!first) throw new Error('an interview has questions');
  return { id: session.id, questionIds: [first, ...rest] };
}

/** Answers every question in writing; `words` may differ by position. */
export async function answerAll(
  { viva }: SignedIn,
  { questionIds }: Interview,
  words: (position: number) => string = () => goodAnswer,
) {
  return Promise.all(
    questionIds.map((questionId, index) => viva.answers.submitText.mutate({ questionId, text: words(index + 1) })),
  );
}

/** A WAV of something that sounds like speech. Another number makes other bytes. */
export const recording = (number = 0): Blob => new Blob([new Uint8Array(wav(speechLike(1_000 + 10 * number)))]);

export interface Refusal {
  code: string;
  message: string;
  status: number;
}

const trpcRefusal = z.object({
  code: z.string(),
  httpStatus: z.number(),
  error: z.object({ code: z.string(), message: z.string() }),
});
const restRefusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** How the typed client's call was refused. Fails when it was not, or when the refusal is not one of ours. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal & { trpcCode?: string }> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`it was not refused: ${JSON.stringify(outcome.value)}`);
  const { error } = outcome;
  if (error instanceof VivaRequestError) {
    expectActionable(error.message);
    return { code: error.code, message: error.message, status: error.status };
  }
  if (!(error instanceof TRPCClientError)) throw error;
  expectNoLeak(JSON.stringify(error.shape));
  const data = trpcRefusal.parse(error.data);
  expect(error.message).toBe(data.error.message);
  expectActionable(error.message);
  return { code: data.error.code, message: error.message, status: data.httpStatus, trpcCode: data.code };
}

/** How a REST or raw route refused. */
export async function refusedResponse(response: Response): Promise<Refusal> {
  const text = await response.text();
  expectNoLeak(text);
  expect(response.headers.get('content-type')).toContain('application/json');
  const { error } = restRefusal.parse(JSON.parse(text));
  expectActionable(error.message);
  return { ...error, status: response.status };
}

/** Whole sentences that say something. */
function expectActionable(message: string): void {
  expect(message.length).toBeGreaterThan(15);
  expectNoLeak(message);
}

function expectNoLeak(text: string): void {
  expect(text).not.toMatch(
    /"stack"|node_modules|node:internal|\.ts\b|\/tmp\/|\/work\/|prisma|zod|\bselect\b.*\bfrom\b/i,
  );
}

/** A subscription's events until it ends or `enough`. */
export function collect<Event>(
  subscribe: (handlers: {
    onData: (event: Event) => void;
    onError: (error: unknown) => void;
    onComplete: () => void;
    onStarted: () => void;
  }) => { unsubscribe(): void },
  onStarted: () => void = () => undefined,
): Promise<Event[]> {
  return new Promise((resolve, reject) => {
    const events: Event[] = [];
    const subscription = subscribe({
      onStarted,
      onData: (event) => events.push(event),
      onError: (error) => {
        subscription.unsubscribe();
        reject(error);
      },
      onComplete: () => resolve(events),
    });
  });
}

/** Both doors refuse alike; gives what they said. */
export async function bothRefuse(trpc: Promise<unknown>, rest: Promise<Response>, expected: Partial<Refusal>) {
  const [ours, theirs] = await Promise.all([refusalOf(trpc), rest.then(refusedResponse)]);
  expect(ours).toMatchObject(expected);
  expect(theirs).toMatchObject(expected);
  return [ours.message, theirs.message];
}
