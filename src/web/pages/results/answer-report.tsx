import { useRef, useState } from 'react';
import type { AnswerView, EvaluationReport } from '../../../interview/schemas.ts';
import { Link } from '../../router/link.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from '../interview/spoken-language.tsx';
import { Evidence } from './evidence.tsx';
import { FollowUps } from './follow-ups.tsx';
import { Score } from './score.tsx';
import { type Quote, SpokenTranscript, type TranscriptHandle } from './spoken-transcript.tsx';
import { resultsStrings } from './strings.ts';
import { TakesCompared } from './takes-compared.tsx';
import './answer-report.css';

/** One answer: its score, what was said, what carried it, what was missing, and where to go from there. */
export function AnswerReport({
  evaluated,
  number,
  takes,
  scores,
  open,
}: {
  evaluated: EvaluationReport['evaluations'][number];
  number: number;
  /** Every take of this question, newest first. */
  takes: readonly AnswerView[];
  /** By answer. */
  scores: Record<string, number>;
  /** Whether the interview still takes answers. */
  open: boolean;
}) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  const transcript = useRef<TranscriptHandle>(null);
  const [quote, setQuote] = useState<Quote | null>(null);
  const show = (shown: Quote) => {
    setQuote(shown);
    transcript.current?.show(shown);
  };
  const answer = takes.find(({ id }) => id === evaluated.answerId);
  const sessionId = answer?.sessionId;
  return (
    <article className="judged" id={`answer-${number}`} aria-labelledby={`answer-${number}-title`}>
      <header className="judged-head">
        <p className="judged-number">{t.answerTo(number)}</p>
        <h2 id={`answer-${number}-title`} lang={lang}>
          {evaluated.question}
        </h2>
        <Score score={evaluated.score} />
      </header>
      <SpokenTranscript ref={transcript} evaluated={evaluated} answer={answer} number={number} quote={quote} />
      <p className="analysis" lang={lang}>
        {evaluated.analysis}
      </p>
      <div className="columns">
        <Points title={t.strengths} points={evaluated.strengths} mark="+" />
        <Points title={t.weaknesses} points={evaluated.weaknesses} mark="−" />
      </div>
      <Evidence evaluated={evaluated} shown={quote} onShow={show} />
      <Points title={t.tips} points={evaluated.improvementTips} mark="→" />
      <details className="model-answer">
        <summary>{t.model}</summary>
        <p lang={lang}>{evaluated.correctAnswer}</p>
      </details>
      <FollowUps evaluated={evaluated} />
      <TakesCompared number={number} takes={takes} scores={scores} />
      {open && sessionId && (
        <p className="judged-again">
          <Link className="button" to={`/interview/${sessionId}?question=${evaluated.questionId}`}>
            {t.again}
          </Link>
        </p>
      )}
    </article>
  );
}

function Points({ title, points, mark }: { title: string; points: readonly string[]; mark: string }) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  return (
    <section className="points">
      <h3>{title}</h3>
      {points.length === 0 && <p>{t.none}</p>}
      <ul>
        {points.map((point) => (
          <li key={point} lang={lang}>
            <span className="points-mark" aria-hidden="true">
              {mark}
            </span>
            {point}
          </li>
        ))}
      </ul>
    </section>
  );
}
