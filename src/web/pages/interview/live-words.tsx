import { useEffect, useRef } from 'react';
import { useReadiness } from '../../components/demo-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useLiveWords } from '../../recording/use-live-words.ts';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from './spoken-language.tsx';
import { interviewStrings } from './strings.ts';

interface LiveWordsProps {
  questionId: string;
  stream: MediaStream;
  paused: boolean;
}

/** What the server makes of the answer while it is spoken; nothing where it cannot. */
export function LiveWords(props: LiveWordsProps) {
  const { data } = useReadiness();
  // The stand-in understands no human speech.
  const able = data?.models.listen.reachable !== false && !data?.offlineDemo.includes('listen');
  return able ? <HeardWords {...props} /> : null;
}

/** Its place is kept from the beginning: nothing moves when the first words come. */
function HeardWords(props: LiveWordsProps) {
  const t = useStrings(interviewStrings);
  const lang = useSpokenLanguage();
  const words = useLiveWords(props);
  useReadOut(words);
  return (
    <div className="live-words" data-words={words !== ''}>
      <p className="live-words-note">{t.liveWords}</p>
      <p className="live-words-text" lang={lang}>
        {lastOf(words)}
      </p>
    </div>
  );
}

const shownCharacters = 240;
const readOutAfterMs = 2_500;

/** The end of a long text, from a whole word on. */
function lastOf(words: string): string {
  if (words.length <= shownCharacters) return words;
  const end = words.slice(-shownCharacters);
  return `… ${end.slice(end.indexOf(' ') + 1)}`;
}

/** To a screen reader when the speaker pauses, and only what is new: nobody wants to be talked over by themselves. */
function useReadOut(words: string): void {
  const announce = useAnnounce();
  const told = useRef('');
  useEffect(() => {
    const timer = setTimeout(() => {
      const more = words.startsWith(told.current) ? words.slice(told.current.length).trim() : words;
      told.current = words;
      if (more) announce(more);
    }, readOutAfterMs);
    return () => clearTimeout(timer);
  }, [words, announce]);
}
