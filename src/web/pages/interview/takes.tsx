import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AnswerView } from '../../../interview/schemas.ts';
import { AudioPlayer } from '../../components/audio-player.tsx';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { Notice } from '../../components/notice.tsx';
import { ServerWords } from '../../components/server-words.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from './spoken-language.tsx';
import { interviewStrings } from './strings.ts';
import { storeAnswer, useTranscript } from './use-answers.ts';

/** What has been answered to this question, newest first. */
export function Takes({ answers }: { answers: readonly AnswerView[] }) {
  const t = useStrings(interviewStrings);
  if (answers.length === 0) return null;
  return (
    <section className="takes" aria-labelledby="takes">
      <h3 id="takes">{t.takes}</h3>
      {answers.map((answer) => (
        <Take key={answer.id} answer={answer} only={answers.length === 1} />
      ))}
    </section>
  );
}

function Take({ answer, only }: { answer: AnswerView; only: boolean }) {
  const t = useStrings(interviewStrings);
  const viva = useViva();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const choose = useMutation({
    mutationFn: () => viva.answers.choose.mutate({ answerId: answer.id }),
    onSuccess: (chosen) => storeAnswer(queries, chosen),
  });
  useTranscript(answer, (done) => {
    if (done.transcript) announce(t.announceTranscript(done.transcript));
    else announce(done.transcriptState === 'no_speech' ? t.noSpeech : t.transcriptFailed);
  });
  return (
    <article className="take" aria-label={t.take(answer.take)}>
      <p className="take-head">
        <b>{t.take(answer.take)}</b>
        <span>{answer.kind === 'typed' ? t.typedTake : t.spokenTake}</span>
        {answer.counts && !only && <span className="take-counts">✓ {t.counts}</span>}
        {!answer.counts && (
          <Button kind="quiet" busy={choose.isPending} onClick={() => choose.mutate()}>
            {t.makeCount}
          </Button>
        )}
      </p>
      {choose.isError && <ErrorNotice error={choose.error} />}
      {answer.audio && (
        <AudioPlayer src={answer.audio.url} label={t.playTake(answer.take)} durationMs={answer.audio.durationMs} />
      )}
      <Transcript answer={answer} />
    </article>
  );
}

function Transcript({ answer }: { answer: AnswerView }) {
  const lang = useSpokenLanguage();
  const t = useStrings(interviewStrings);
  const viva = useViva();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () => viva.answers.retry.mutate({ answerId: answer.id }),
    onSuccess: (again) => storeAnswer(queries, again),
  });
  const { transcriptState, failure } = answer;
  const again = (
    <Button busy={retry.isPending} onClick={() => retry.mutate()}>
      {t.transcribeAgain}
    </Button>
  );
  if (transcriptState === 'done')
    return (
      <blockquote className="transcript" lang={lang}>
        {answer.transcript}
      </blockquote>
    );
  if (transcriptState === 'pending' && !failure) return <p className="quiet transcribing">{t.transcribing}</p>;
  return (
    <>
      <Notice
        kind="warn"
        title={transcriptState === 'no_speech' ? t.noSpeech : t.transcriptFailed}
        actions={transcriptState === 'no_speech' ? undefined : again}
      >
        {failure && (
          <p>
            <ServerWords>{failure}</ServerWords>
          </p>
        )}
      </Notice>
      {retry.isError && <ErrorNotice error={retry.error} />}
    </>
  );
}
