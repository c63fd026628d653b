import { DomainError } from '../errors.ts';

/** Who conducts an interview at the moment: one conversation at a time, and the latest wins. */
export interface Holders {
  /**
   * Ends the present holder, telling it why, waits for that, and takes its place until disposed of. It is told of another
   * conversation unless there is another reason.
   */
  take(sessionId: string, end: EndHolder, why?: DomainError): Promise<Disposable>;
}

type EndHolder = (why: DomainError) => Promise<void>;

const goesOnElsewhere = () => new DomainError('conflict', 'This interview goes on in another conversation.');

export function createHolders(): Holders {
  const present = new Map<string, { end: EndHolder }>();
  return {
    async take(sessionId, end, why = goesOnElsewhere()) {
      const holder = { end };
      const before = present.get(sessionId);
      present.set(sessionId, holder);
      await before?.end(why);
      return {
        [Symbol.dispose]() {
          if (present.get(sessionId) === holder) present.delete(sessionId);
        },
      };
    },
  };
}
