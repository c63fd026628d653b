import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { QuestionView } from '../../../interview/schemas.ts';
import { AudioPlayer } from '../../components/audio-player.tsx';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { hasNavigated } from '../../router/location.ts';
import { useViva } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from './spoken-language.tsx';
import { interviewStrings } from './strings.ts';

/** What is asked: to read, to hear as often as one likes, with a hint for those who want one. */
export function SpokenQuestion({
  question,
  number,
  focus,
}: {
  question: QuestionView;
  number: number;
  /** After moving from one question to another: the focus goes along. */
  focus: boolean;
}) {
  const t = useStrings(interviewStrings);
  const lang = useSpokenLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <section className="asked" aria-labelledby={`question-${question.id}`}>
      <h2 ref={heading} id={`question-${question.id}`} tabIndex={-1} lang={lang}>
        {question.text}
      </h2>
      <Voice question={question} number={number} />
      <details className="hint">
        <summary>{t.tips}</summary>
        <p lang={lang}>{question.tips}</p>
      </details>
    </section>
  );
}

/** In the language of the page where the server's words would not be. */
function Failure({ words }: { words: string | null }) {
  const t = useStrings(interviewStrings);
  const { language } = useLanguage();
  return <span>{language === 'en' && words ? words : t.notSpoken} </span>;
}

function Voice({ question, number }: { question: QuestionView; number: number }) {
  const t = useStrings(interviewStrings);
  const viva = useViva();
  const queries = useQueryClient();
  const respeak = useMutation({
    mutationFn: () => viva.questions.respeak.mutate({ questionId: question.id }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['session', question.sessionId] }),
  });
  if (question.audio) {
    const { url, durationMs } = question.audio;
    // A page that was loaded afresh may not make a sound before the first click.
    return <AudioPlayer src={url} label={t.questionAudio(number)} durationMs={durationMs} autoPlay={hasNavigated()} />;
  }
  if (question.speechState === 'pending' && !respeak.isError) return <p className="quiet">{t.beingSpoken}</p>;
  return (
    <>
      <p className="quiet">
        {question.speechState === 'failed' && <Failure words={question.speechError} />}
        <Button kind="quiet" busy={respeak.isPending} onClick={() => respeak.mutate()}>
          {question.speechState === 'failed' ? t.speakAgain : t.speak}
        </Button>
      </p>
      {respeak.isError && <ErrorNotice error={respeak.error} />}
    </>
  );
}
