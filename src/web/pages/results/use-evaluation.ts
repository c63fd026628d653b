import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { EvaluationProgress, EvaluationReport } from '../../../interview/schemas.ts';
import { useAnnounce } from '../../components/live-region.tsx';
import { navigate } from '../../router/location.ts';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { resultsStrings } from './strings.ts';

/** What is known of a session's answers, a way to have the rest evaluated, and how far that has come. */
export function useEvaluation(sessionId: string) {
  const t = useStrings(resultsStrings);
  const viva = useViva();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const key = ['evaluation', sessionId];
  const [progress, setProgress] = useState<EvaluationProgress | null>(null);
  const report = useQuery({ queryKey: key, queryFn: () => viva.evaluation.get.query({ sessionId }) });
  const run = useMutation({
    mutationFn: () => viva.evaluation.run.mutate({ sessionId }),
    onSuccess: (evaluated: EvaluationReport) => {
      queries.setQueryData(key, evaluated);
      announce(t.announceDone(evaluated.averageScore));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['session', sessionId] }),
  });
  const running = run.isPending || report.data?.state === 'running';

  // Whoever comes from the interview has asked for it by finishing.
  const { mutate } = run;
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || !new URLSearchParams(location.search).has('evaluate')) return;
    begun.current = true;
    navigate(`/results/${sessionId}`, { replace: true });
    mutate();
  }, [mutate, sessionId]);

  useEffect(() => {
    if (!running) return;
    const refresh = () => void queries.invalidateQueries({ queryKey: ['evaluation', sessionId] });
    const subscription = viva.evaluation.onProgress.subscribe(
      { sessionId },
      { onData: setProgress, onComplete: refresh, onError: refresh },
    );
    return () => {
      subscription.unsubscribe();
      setProgress(null);
    };
  }, [viva, queries, sessionId, running]);

  return { report, run, running, progress };
}
