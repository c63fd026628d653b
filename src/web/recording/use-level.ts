import { useEffect, useState } from 'react';
import { meterLevel, speechLevel } from './level.ts';

/** The level of a microphone ten times a second, and whether anybody has been heard yet. */
export function useLevel(stream: MediaStream | null): { level: number; heard: boolean } {
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    setLevel(0);
    setHeard(false);
    if (!stream) return;
    const meter = meterLevel(stream);
    let loud = 0;
    const timer = setInterval(() => {
      const now = meter.read();
      setLevel(now);
      // A knock on the table is one peak; speech is several.
      loud = now > speechLevel ? loud + 1 : Math.max(0, loud - 1);
      if (loud >= 3) setHeard(true);
    }, 100);
    return () => {
      clearInterval(timer);
      meter.close();
    };
  }, [stream]);
  return { level, heard };
}
