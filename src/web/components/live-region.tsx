import { createContext, type ReactNode, use, useCallback, useState } from 'react';

type Announce = (message: string, options?: { assertive?: boolean }) => void;

const AnnounceContext = createContext<Announce>(() => undefined);

/** Says a message through the screen reader; `assertive` interrupts what it is saying. Use it for what only eyes see. */
export const useAnnounce = (): Announce => use(AnnounceContext);

/** Holds the two live regions. They are there from the start: a region that comes with its text is not read. */
export function LiveRegion({ children }: { children: ReactNode }) {
  const [polite, setPolite] = useState({ text: '', count: 0 });
  const [assertive, setAssertive] = useState({ text: '', count: 0 });
  const announce = useCallback<Announce>((text, options) => {
    const set = options?.assertive ? setAssertive : setPolite;
    set(({ count }) => ({ text, count: count + 1 }));
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      {/* A new key is a new node: the same words said twice are read twice. */}
      <div className="visually-hidden" role="status" aria-live="polite">
        <span key={polite.count}>{polite.text}</span>
      </div>
      <div className="visually-hidden" role="alert" aria-live="assertive">
        <span key={assertive.count}>{assertive.text}</span>
      </div>
    </AnnounceContext>
  );
}
