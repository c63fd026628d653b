import { useEffect, useRef } from 'react';
import type { Transcript } from '../../conversation/transcript.ts';

/** Whoever is this near to the end reads along. */
const nearPx = 160;

/** Keeps the end of the transcript in sight while it grows, unless somebody has scrolled up to read. */
export function useFollowedEnd(following: boolean, transcript: Transcript): void {
  const near = useRef(true);
  useEffect(() => {
    const look = () => {
      const { scrollHeight } = document.documentElement;
      near.current = scrollHeight - window.scrollY - window.innerHeight < nearPx;
    };
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a transcript that has grown is the reason to scroll
  useEffect(() => {
    if (following && near.current) window.scrollTo({ top: document.documentElement.scrollHeight });
  }, [following, transcript]);
}
