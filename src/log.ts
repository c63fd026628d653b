import type { LoggerOptions } from 'pino';
import { loggable, messageOf } from './logged-details.ts';

/** The part of a structured logger (pino's) that the product uses. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * How this server logs: no line holds what a user said, wrote, sent or is called, nor a secret. Errors are told by kind,
 * code and place, with their own words only where those are ours, for those of others quote what they were given: a
 * prompt, a query's values, a file's name. OWASP ASVS 5.0, 16.2.5.
 */
export function logOptions(level: string): Pick<LoggerOptions, 'level' | 'formatters' | 'serializers' | 'hooks'> {
  return {
    level,
    formatters: { log: loggable },
    // Described already; pino's own would begin again.
    serializers: { err: (described: unknown) => described },
    hooks: {
      /** Of an error that comes without a message, pino would make its words the message; so do some callers. */
      logMethod([first, second, ...rest], method) {
        const error = errorIn(first);
        if (!error) return method.apply(this, [first, second, ...rest]);
        const said = second === undefined || second === error.message ? messageOf(error) : second;
        return method.apply(this, [first instanceof Error ? { err: first } : first, said ?? 'an error', ...rest]);
      },
    },
  };
}

function errorIn(first: unknown): Error | null {
  if (first instanceof Error) return first;
  const inside = typeof first === 'object' && first !== null && 'err' in first ? first.err : null;
  return inside instanceof Error ? inside : null;
}
