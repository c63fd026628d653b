import { type KeyboardEvent, useRef } from 'react';
import type { Conversation } from '../../conversation/conversation.ts';
import { useStrings } from '../../strings/strings.tsx';
import { liveStrings } from './strings.ts';

/** A press shorter than this is a click: it begins to talk, and the next one ends it. For hands that cannot hold. */
const clickMs = 350;

/** Talks while it is held, by finger, mouse or key. */
export function TalkButton({
  conversation,
  hearing,
  disabled,
}: {
  conversation: Conversation;
  hearing: boolean;
  disabled: boolean;
}) {
  const t = useStrings(liveStrings);
  const pressedAt = useRef<number | null>(null);
  const stays = useRef(false);
  const down = () => {
    if (pressedAt.current !== null) return;
    pressedAt.current = performance.now();
    if (!stays.current) conversation.press();
  };
  const up = () => {
    if (pressedAt.current === null) return;
    const clicked = performance.now() - pressedAt.current < clickMs;
    pressedAt.current = null;
    stays.current = clicked && !stays.current;
    if (!stays.current) conversation.release();
  };
  const isKey = ({ key }: KeyboardEvent) => key === ' ' || key === 'Enter';
  return (
    <button
      type="button"
      className="button talk"
      aria-pressed={hearing}
      disabled={disabled}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        down();
      }}
      onPointerUp={up}
      onPointerCancel={up}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        down();
      }}
      onKeyUp={(event) => isKey(event) && up()}
      onBlur={up}
    >
      {hearing ? t.talking : t.talk}
    </button>
  );
}
