import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { VivaClient } from '../../../client.ts';
import type { AnswerView } from '../../../interview/schemas.ts';
import { useRecordings } from '../../recording/recordings-context.ts';
import { useViva } from '../../session/session-context.tsx';

const keyOf = (sessionId: string) => ['answers', sessionId];

async function everyTake(viva: VivaClient, sessionId: string): Promise<AnswerView[]> {
  const answers: AnswerView[] = [];
  let cursor: string | undefined;
  do {
    const page = await viva.answers.list.query({ sessionId, limit: 100, cursor });
    answers.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return answers;
}

/** Puts an answer in its place: newest first, and the newest take of a question counts. */
export function storeAnswer(queries: QueryClient, answer: AnswerView): void {
  queries.setQueryData<AnswerView[]>(keyOf(answer.sessionId), (known) => {
    if (!known) return known;
    const others = known
      .filter(({ id }) => id !== answer.id)
      .map((other) => (answer.counts && other.questionId === answer.questionId ? { ...other, counts: false } : other));
    return [...others, answer].sort((one, other) => other.submittedAt.localeCompare(one.submittedAt));
  });
}

/** Every take of a session, newest first, with what arrives meanwhile. */
export function useAnswers(sessionId: string) {
  const viva = useViva();
  const queries = useQueryClient();
  const { uploads } = useRecordings();
  const answers = useQuery({ queryKey: keyOf(sessionId), queryFn: () => everyTake(viva, sessionId) });
  useEffect(() => uploads.onAccepted((answer) => storeAnswer(queries, answer)), [uploads, queries]);
  return answers;
}

/** Follows an answer until its transcript is there or has failed. */
export function useTranscript(answer: AnswerView, onDone: (answer: AnswerView) => void): void {
  const viva = useViva();
  const queries = useQueryClient();
  const { id, transcriptState } = answer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is done at the end does not begin it anew
  useEffect(() => {
    if (transcriptState !== 'pending') return;
    const subscription = viva.answers.onTranscript.subscribe(
      { answerId: id },
      {
        onData: (now) => {
          storeAnswer(queries, now);
          if (now.transcriptState !== 'pending') onDone(now);
        },
        // The list is asked for again on the next visit; meanwhile the answer is shown as it was.
        onError: () => void queries.invalidateQueries({ queryKey: keyOf(answer.sessionId) }),
      },
    );
    return () => subscription.unsubscribe();
  }, [viva, queries, id, transcriptState]);
}
