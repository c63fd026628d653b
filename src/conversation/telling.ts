/** Tokens come faster than anybody reads, and each event costs every subscriber a message and the log a row. */
const togetherMs = 40;

export interface Telling {
  add(text: string): void;
  /** Tells what waits. Call it before anything else is told. */
  flush(): void;
}

/** Tells text as it comes: the first at once, what follows within 40 ms in one. */
export function createTelling(tell: (text: string) => void): Telling {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting) tell(waiting);
    waiting = '';
  };
  return {
    add(text) {
      waiting += text;
      if (timer) return;
      tell(waiting);
      waiting = '';
      timer = setTimeout(flush, togetherMs);
    },
    flush,
  };
}
