/** Without a byte sent or answered for this long, the connection counts as lost. */
const silenceMs = 60_000;

/** Aborts with a TypeError, as when there is no connection, once nothing was heard for a minute. End it when done. */
export function abortWhenSilent(control: AbortController): { heard(): void; end(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => clearTimeout(timer);
  const heard = () => {
    end();
    timer = setTimeout(() => control.abort(new TypeError('The connection was lost.')), silenceMs);
  };
  heard();
  return { heard, end };
}
