import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { AnswerView, EvaluationReport } from '../../../interview/schemas.ts';
import { AudioPlayer, type AudioPlayerHandle } from '../../components/audio-player.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from '../interview/spoken-language.tsx';
import { resultsStrings } from './strings.ts';
import { cutTranscript, placeWords, wordAt } from './transcript-words.ts';

type Evaluated = EvaluationReport['evaluations'][number];
export type Quote = Evaluated['signals'][number]['quotes'][number];

export interface TranscriptHandle {
  /** Marks a quote, and plays the recording from where it is said. */
  show(quote: Quote): void;
}

const noWords: AnswerView['words'] = [];

/** The transcript with its recording: the word that is being said is lifted out while it plays. */
export function SpokenTranscript({
  evaluated,
  answer,
  number,
  quote,
  ref,
}: {
  evaluated: Evaluated;
  answer: AnswerView | undefined;
  number: number;
  /** The one that is marked. */
  quote: Quote | null;
  ref: Ref<TranscriptHandle>;
}) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  const player = useRef<AudioPlayerHandle>(null);
  const text = useRef<HTMLParagraphElement>(null);
  const [playing, setPlaying] = useState(0);
  const [said, setSaid] = useState<number | null>(null);
  const { transcript, audioUrl } = evaluated;
  const words = useMemo(() => placeWords(transcript, answer?.words ?? noWords), [transcript, answer?.words]);
  const pieces = useMemo(() => cutTranscript(transcript, words, quote), [transcript, words, quote]);

  useImperativeHandle(ref, () => ({
    show({ startMs }) {
      if (startMs !== null) player.current?.seekTo(startMs);
      text.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    },
  }));

  // The player tells the time four times a second: too seldom for words.
  useEffect(() => {
    if (playing === 0) return;
    let frame = 0;
    let lastMs = -1;
    let stillFrames = 0;
    const follow = () => {
      const nowMs = player.current?.currentMs() ?? 0;
      stillFrames = nowMs === lastMs ? stillFrames + 1 : 0;
      lastMs = nowMs;
      setSaid(wordAt(words, nowMs));
      if (stillFrames < 90) frame = requestAnimationFrame(follow);
    };
    frame = requestAnimationFrame(follow);
    return () => cancelAnimationFrame(frame);
  }, [playing, words]);

  return (
    <div className="said">
      <h3>{audioUrl ? t.saidTitle : t.wroteTitle}</h3>
      {audioUrl && (
        <AudioPlayer
          ref={player}
          src={audioUrl}
          label={t.recording(number)}
          durationMs={evaluated.durationMs}
          onPlay={() => setPlaying((times) => times + 1)}
          onEnded={() => setSaid(null)}
        />
      )}
      <p className="said-text" ref={text} lang={lang}>
        {pieces.map(({ text: words, word, quoted }, index) => {
          const Tag = quoted ? 'mark' : 'span';
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
            <Tag key={index} className={word !== null && word === said ? 'said-now' : undefined}>
              {words}
            </Tag>
          );
        })}
      </p>
    </div>
  );
}
