import { DomainError } from '../errors.ts';

/** Why a call was not made at all: its server is known not to work, or too many others wait for it. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}

/** Whether something failed because the call was not made: to be made later, as if it had not been tried. */
export function wasNotAsked(error: unknown): error is DomainError {
  return error instanceof DomainError && error.cause instanceof NotAsked;
}
