import { useEffect, useRef, useState } from 'react';
import { useViva } from '../session/session-context.tsx';
import { tapPcm } from './pcm-tap.ts';

interface Listened {
  questionId: string;
  stream: MediaStream;
  paused: boolean;
}

/** The words of an answer while it is spoken; empty where the server does not listen. The recording never waits for it. */
export function useLiveWords({ questionId, stream, paused }: Listened): string {
  const viva = useViva();
  const [words, setWords] = useState('');
  const silent = useRef(paused);
  useEffect(() => {
    silent.current = paused;
  }, [paused]);
  useEffect(() => {
    const gone = new AbortController();
    const leave = () => gone.abort();
    const listener = viva.listen(questionId, { onWords: setWords, onEnd: leave });
    const hear = (pcm: ArrayBuffer) => {
      if (!silent.current) listener.hear(pcm);
    };
    // Without words the recording is what it was before.
    tapPcm(stream, hear, gone.signal).catch(() => listener.close());
    return () => {
      leave();
      listener.close();
    };
  }, [viva, questionId, stream]);
  return words;
}
