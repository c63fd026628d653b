import { DomainError } from '../errors.ts';

/** For the transcript of what has been said: counted from here. Whoever works on it is to be stopped by the caller. */
export async function inTime<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  const overdue = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = 'Hearing the recording took too long. It is kept; say it again, or type it.';
    overdue.reject(new DomainError('upstream_timeout', message));
  }, deadlineMs);
  try {
    return await Promise.race([work, overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}
