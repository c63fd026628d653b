import { useEffect } from 'react';
import type { Conversation } from './conversation.ts';

/** What does something of its own with the space key. */
const usesSpace = 'input, textarea, select, button, a, summary, dialog, [contenteditable]';

const isOurs = ({ target }: KeyboardEvent) => target instanceof Element && target.closest(usesSpace) === null;

/** Space talks for as long as it is held, wherever nothing else wants it. */
export function useTalkKey({ press, release }: Conversation, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    let held = false;
    const down = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || !isOurs(event)) return;
      event.preventDefault(); // it would scroll
      if (!held) press();
      held = true;
    };
    const up = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || !held) return;
      held = false;
      release();
    };
    // A key that is let go of in another window is never told to be.
    const leave = () => {
      if (held) release();
      held = false;
    };
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    window.addEventListener('blur', leave);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', leave);
      leave();
    };
  }, [press, release, enabled]);
}
