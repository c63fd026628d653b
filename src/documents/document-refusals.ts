import { DomainError, type ErrorCode } from '../errors.ts';

export const advice = 'Paste the text instead.';

export function refusal(code: ErrorCode, message: string, cause?: unknown): DomainError {
  return new DomainError(code, message, { cause });
}
