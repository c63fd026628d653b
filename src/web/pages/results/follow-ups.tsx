import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { EvaluationReport } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { navigate } from '../../router/location.ts';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from '../interview/spoken-language.tsx';
import { resultsStrings } from './strings.ts';

type Evaluated = EvaluationReport['evaluations'][number];

/** What an interviewer would ask next: each can be practised at once, as an interview of one question. */
export function FollowUps({ evaluated: { answerId, followUpQuestions } }: { evaluated: Evaluated }) {
  const t = useStrings(resultsStrings);
  if (followUpQuestions.length === 0) return null;
  return (
    <section className="points follow-ups">
      <h3>{t.followUps}</h3>
      <ul>
        {followUpQuestions.map((question, index) => (
          <FollowUp key={question} answerId={answerId} index={index} question={question} />
        ))}
      </ul>
    </section>
  );
}

function FollowUp({ answerId, index, question }: { answerId: string; index: number; question: string }) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  const viva = useViva();
  const queries = useQueryClient();
  const practise = useMutation({
    mutationFn: () => viva.questions.practise.mutate({ answerId, index }),
    onSuccess(session) {
      queries.setQueryData(['session', session.id], session);
      navigate(`/interview/${session.id}`);
    },
  });
  return (
    <li>
      <span className="points-mark" aria-hidden="true">
        ?
      </span>
      <div className="follow-up">
        <span lang={lang}>{question}</span>
        <Button busy={practise.isPending} onClick={() => practise.mutate()} aria-label={t.practiseNamed(question)}>
          {t.practise}
        </Button>
        {practise.isError && <ErrorNotice error={practise.error} />}
      </div>
    </li>
  );
}
