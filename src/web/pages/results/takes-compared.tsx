import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AnswerView } from '../../../interview/schemas.ts';
import { AudioPlayer } from '../../components/audio-player.tsx';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from '../interview/spoken-language.tsx';
import { storeAnswer } from '../interview/use-answers.ts';
import { resultsStrings } from './strings.ts';

interface TakesComparedProps {
  number: number;
  takes: readonly AnswerView[];
  scores: Record<string, number>;
}

/** Takes of one question side by side, the first one first; nothing while there is only one. */
export function TakesCompared({ number, takes, scores }: TakesComparedProps) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  if (takes.length < 2) return null;
  const inOrder = takes.toSorted((one, other) => one.take - other.take);
  return (
    <section className="before-after">
      <h3>{t.takesTitle}</h3>
      <Change takes={inOrder} scores={scores} />
      <ol>
        {inOrder.map((take) => (
          <li key={take.id}>
            <p className="take-score">
              <b>{t.take(take.take)}</b>
              <span>{scores[take.id] === undefined ? t.noScore : t.scoreText(scores[take.id] ?? 0)}</span>
              {take.counts ? <span className="counts">✓ {t.counts}</span> : <MakeCount take={take} />}
            </p>
            {take.audio && (
              <AudioPlayer
                src={take.audio.url}
                label={t.takeRecording(number, take.take)}
                durationMs={take.audio.durationMs}
              />
            )}
            {take.transcript ? <blockquote lang={lang}>{take.transcript}</blockquote> : <p>{t.noTranscript}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** How the take that counts did against the one before it. */
function Change({ takes, scores }: Omit<TakesComparedProps, 'number'>) {
  const t = useStrings(resultsStrings);
  const counted = takes.findIndex(({ counts }) => counts);
  const after = scores[takes[counted]?.id ?? ''];
  const before = takes.slice(0, counted).findLast(({ id }) => scores[id] !== undefined);
  if (after === undefined || !before) return null;
  const points = Math.round(after - (scores[before.id] ?? 0));
  if (points === 0) return <p>{t.same}</p>;
  return <p className="change">{points > 0 ? `↑ ${t.better(points)}` : `↓ ${t.worse(-points)}`}</p>;
}

function MakeCount({ take }: { take: AnswerView }) {
  const t = useStrings(resultsStrings);
  const viva = useViva();
  const queries = useQueryClient();
  const choose = useMutation({
    mutationFn: () => viva.answers.choose.mutate({ answerId: take.id }),
    onSuccess: (chosen) => {
      storeAnswer(queries, chosen);
      return queries.invalidateQueries({ queryKey: ['evaluation', take.sessionId] });
    },
  });
  return (
    <>
      <Button kind="quiet" busy={choose.isPending} onClick={() => choose.mutate()}>
        {t.makeCount}
      </Button>
      {choose.isError && <ErrorNotice error={choose.error} />}
    </>
  );
}
