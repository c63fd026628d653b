import { type RefObject, useEffect, useRef } from 'react';

/** When the button that was pressed goes away, the first one of what came instead takes the focus. */
export function useFocusKept(panel: RefObject<HTMLElement | null>, step: string): void {
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    if (document.activeElement !== document.body) return;
    panel.current?.querySelector<HTMLElement>('textarea, .button-primary, .button')?.focus({ preventScroll: true });
  }, [panel, step]);
}
