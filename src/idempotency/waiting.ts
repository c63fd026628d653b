import { DomainError } from '../errors.ts';
import { stillWorking } from './refusals.ts';

/** What is waited for. Throws once the wait is over: the signal's reason if a user may meet it, else `conflict`. */
export function beforeEnd<T>(promise: Promise<T>, until: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () => reject(until.reason instanceof DomainError ? until.reason : stillWorking());
  if (until.aborted) end();
  until.addEventListener('abort', end, { once: true });
  return Promise.race([promise, ended]).finally(() => until.removeEventListener('abort', end));
}
