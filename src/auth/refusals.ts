import { DomainError } from '../errors.ts';

/** One wording for every cause, so that a forger learns nothing. The cause is only logged. */
export function unauthenticated(cause?: unknown): DomainError {
  return new DomainError(
    'unauthenticated',
    'You are not signed in, or your sign-in has expired. Refresh it, or sign in again.',
    { cause },
  );
}

export function refreshRefused(): DomainError {
  return new DomainError('unauthenticated', 'This refresh token is not valid any more. Sign in again.');
}
