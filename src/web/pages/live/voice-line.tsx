import { useEffect, useRef } from 'react';
import type { Conversation } from '../../conversation/conversation.ts';
import type { Status } from '../../conversation/state.ts';

/** A line that widens with the candidate's voice. What it shows stands above it in words. */
export function VoiceLine({ conversation, status }: { conversation: Conversation; status: Status }) {
  const line = useRef<HTMLSpanElement>(null);
  const { onLevel } = conversation;
  useEffect(() => {
    let shown = 0;
    return onLevel((level) => {
      shown += (level - shown) * (level > shown ? 0.5 : 0.12);
      // Past React: fifty times a second.
      line.current?.style.setProperty('scale', `${Math.max(0.02, shown).toFixed(3)} 1`);
    });
  }, [onLevel]);
  return (
    <div className={`voice-line voice-line-${status}`} aria-hidden="true">
      <span ref={line} />
    </div>
  );
}
