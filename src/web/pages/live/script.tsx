import type { ConversationState } from '../../conversation/state.ts';
import type { Exchange } from '../../conversation/transcript.ts';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { liveStrings } from './strings.ts';

interface ScriptProps {
  state: ConversationState;
  /** Of the interview: a screen reader pronounces it so. */
  language: string;
  onHearAgain: (audioUrl: string) => void;
}

/** The conversation as it is printed: who, and what. */
export function Script({ state, language, onHearAgain }: ScriptProps) {
  const t = useStrings(liveStrings);
  const { exchanges } = state.transcript;
  if (exchanges.length === 0) return null;
  return (
    <ol className="script" aria-label={t.script}>
      {exchanges.map((exchange) => (
        <li key={exchange.turnId}>
          {exchange.said && (
            <div className="script-line">
              <p className="script-who">{t.you}</p>
              <p className="script-words" lang={language}>
                {exchange.said.text}
              </p>
            </div>
          )}
          {!isHearing(exchange) && (
            <Reply exchange={exchange} state={state} language={language} onHearAgain={onHearAgain} />
          )}
        </li>
      ))}
    </ol>
  );
}

/** The candidate's words are still to come, or to grow: what stands below them would be pushed down. */
const isHearing = ({ by, said, state }: Exchange) =>
  state === 'running' && (by === 'speech' || by === 'text') && !said?.messageId;

function Reply({ exchange, state, language, onHearAgain }: ScriptProps & { exchange: Exchange }) {
  const t = useStrings(liveStrings);
  const { reply, turnId } = exchange;
  const heard = state.heardTexts[turnId] ?? exchange.heardText;
  const cut = heard !== null || exchange.state === 'interrupted';
  if (!reply?.text && exchange.state === 'failed') return <p className="script-note">{t.unanswered}</p>;
  if (!reply && exchange.state !== 'running') return null;
  return (
    <div className="script-line script-reply">
      <div className="script-margin">
        <p className="script-who">{t.interviewer}</p>
        <Delay exchange={exchange} state={state} />
      </div>
      <div>
        <p className="script-words" lang={language}>
          {(heard ?? reply?.text) || (exchange.state === 'running' && '…')}
          {cut && <span className="script-cut"> — {t.cut}</span>}
        </p>
        {reply && exchange.state !== 'running' && state.joined && state.mode !== 'direct' && (
          <button type="button" className="script-again" onClick={() => onHearAgain(reply.audioUrl)}>
            {t.hearAgain}
          </button>
        )}
      </div>
    </div>
  );
}

/** How long the reply took: as it was heard here, else as the server has measured it. */
function Delay({ exchange, state }: { exchange: Exchange; state: ConversationState }) {
  const t = useStrings(liveStrings);
  const { locale } = useLanguage();
  const delayMs = state.delaysMs[exchange.turnId] ?? exchange.latency?.firstAudioMs;
  if (delayMs === undefined || delayMs === null) return null;
  const seconds = (delayMs / 1000).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return (
    <p className="script-delay" title={t.delayTitle}>
      {t.delay(seconds)}
    </p>
  );
}
