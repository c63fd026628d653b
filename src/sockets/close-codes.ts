import type { DomainError } from '../errors.ts';

/** Close codes of RFC 6455, 7.4.1 and of its registry at IANA; from 4000 on they are ours. */
export const closeCodes = {
  broken: 1011,
  policy: 1008,
  notText: 1003,
  restarting: 1012,
  tryAgainLater: 1013,
  unauthenticated: 4401,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** `code: message`, in the 123 bytes that a close frame has room for (RFC 6455, 5.5). Our messages are ASCII. */
export function closeReason({ code, message }: DomainError): string {
  return `${code}: ${message}`.slice(0, 123);
}
