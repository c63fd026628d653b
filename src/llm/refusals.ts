import { DomainError } from '../errors.ts';

/** The model said no, in its own words. */
export function declined(refusal: string): DomainError {
  return new DomainError('upstream_refused', `The model declined to answer: ${refusal.trim().slice(0, 300)}`);
}

/** `finish_reason: content_filter`. */
export function filtered(): DomainError {
  const message = "The provider's content filter stopped the answer. Rephrase the text and try again.";
  return new DomainError('upstream_refused', message);
}

export function emptyAnswer(): DomainError {
  return new DomainError('upstream_refused', 'The model gave an empty answer. Try again.');
}
