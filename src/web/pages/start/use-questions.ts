import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { SessionView } from '../../../interview/schemas.ts';
import { useViva } from '../../session/session-context.tsx';

/** A session whose questions follow what the server says of them. */
export function useQuestions(sessionId: string) {
  const viva = useViva();
  const queries = useQueryClient();
  const session = useQuery({
    queryKey: ['session', sessionId],
    queryFn: () => viva.sessions.get.query({ sessionId }),
  });
  const [error, setError] = useState<unknown>(null);
  const waiting = session.data?.questions.some(({ speechState }) => speechState === 'pending') ?? false;
  useEffect(() => {
    if (!waiting) return;
    const subscription = viva.questions.onReady.subscribe(
      { sessionId },
      {
        onData: (questions) =>
          queries.setQueryData<SessionView>(['session', sessionId], (known) => known && { ...known, questions }),
        onError: setError,
      },
    );
    return () => subscription.unsubscribe();
  }, [viva, queries, sessionId, waiting]);
  return { session, error: session.error ?? error };
}
