/** No content came in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  constructor(ms: number) {
    super(`nothing usable arrived within ${ms} ms`);
  }
}

/** The caller went away. The cause is its reason. */
export class CallCancelled extends Error {
  override readonly name = 'CallCancelled';
}

/**
 * Runs `work` for at most `ms` milliseconds, or until `signal` aborts, whichever comes first; `work` gets a signal
 * that says so. Settles then even if `work` does not listen. Throws `DeadlineExceeded`, `CallCancelled`, or what
 * `work` throws.
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw new CallCancelled('cancelled before it began', { cause: signal.reason });
  const controller = new AbortController();
  const ended = Promise.withResolvers<never>();
  controller.signal.addEventListener('abort', () => ended.reject(controller.signal.reason), { once: true });
  const cancel = () => controller.abort(new CallCancelled('cancelled by the caller', { cause: signal?.reason }));
  signal?.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(() => controller.abort(new DeadlineExceeded(ms)), Math.max(0, ms));
  try {
    return await Promise.race([work(controller.signal), ended.promise]);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}
