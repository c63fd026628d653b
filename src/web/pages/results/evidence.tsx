import type { EvaluationReport } from '../../../interview/schemas.ts';
import { clock } from '../../components/clock.ts';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from '../interview/spoken-language.tsx';
import type { Quote } from './spoken-transcript.tsx';
import { resultsStrings } from './strings.ts';

type Evaluated = EvaluationReport['evaluations'][number];

interface EvidenceProps {
  evaluated: Evaluated;
  /** The quote that is marked in the transcript. */
  shown: Quote | null;
  onShow: (quote: Quote) => void;
}

const marks = { full: '●', partial: '◐', none: '○' } as const;

/** What was looked for, whether it was there, and the words that prove it. */
export function Evidence({ evaluated, shown, onShow }: EvidenceProps) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  const words = { full: t.full, partial: t.partial, none: t.missing };
  const concerns = evaluated.concerns;
  return (
    <>
      <h3>{t.signals}</h3>
      <ul className="signals">
        {evaluated.signals.map((signal) => (
          <li key={signal.id} data-support={signal.support}>
            <span className="signal-mark" aria-hidden="true">
              {marks[signal.support]}
            </span>
            <div>
              <p className="signal-text">
                <span lang={lang}>{signal.description}</span>{' '}
                <span className="signal-support">{words[signal.support]}</span>
              </p>
              {signal.quotes.map((quote) => (
                <QuoteButton key={quote.startIndex} quote={quote} pressed={shown === quote} onShow={onShow} />
              ))}
            </div>
          </li>
        ))}
      </ul>
      {concerns.length > 0 && (
        <>
          <h3>{t.concerns}</h3>
          <ul className="signals">
            {concerns.map(({ kind, quote }) => (
              <li key={kind}>
                <span className="signal-mark" aria-hidden="true">
                  △
                </span>
                <div>
                  <p className="signal-text">{t.concern[kind] ?? kind.replaceAll('_', ' ')}</p>
                  {quote && <QuoteButton quote={quote} pressed={shown === quote} onShow={onShow} />}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** The candidate's own words: pressed, they are heard and marked. */
function QuoteButton({ quote, pressed, onShow }: { quote: Quote; pressed: boolean; onShow: (quote: Quote) => void }) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  return (
    <button type="button" className="quote" aria-pressed={pressed} onClick={() => onShow(quote)}>
      <q lang={lang}>{quote.text}</q>
      <span className="quote-where">
        {quote.startMs === null ? t.showQuote : `▸ ${t.listenFrom(clock(quote.startMs))}`}
      </span>
    </button>
  );
}
