import type { Locker } from '@tus/server';
import { DomainError } from '../errors.ts';

interface Held {
  /** Asks the holder to come to an end. */
  askToEnd(): unknown;
  over: Promise<void>;
}

/**
 * One request at a time for each upload. Whoever sends bytes finds it locked while others do; whoever asks how far it is
 * ends them, because that is what a client does that has lost its connection before the server has noticed. In memory:
 * a server that dies leaves no lock behind.
 */
export function createUploadLocks(): { patient: Locker; impatient: Locker } {
  const held = new Map<string, Held>();
  const locker = (wait: boolean): Locker => ({
    newLock(id) {
      let release = () => {};
      return {
        async lock(_signal, askToEnd) {
          for (let other = held.get(id); other; other = held.get(id)) {
            if (!wait) throw locked();
            other.askToEnd();
            await other.over;
          }
          const { promise, resolve } = Promise.withResolvers<void>();
          held.set(id, { askToEnd, over: promise });
          release = resolve;
        },
        async unlock() {
          held.delete(id);
          release();
        },
      };
    },
  });
  return { patient: locker(true), impatient: locker(false) };
}

const locked = () =>
  new DomainError('locked', 'This upload is being sent by another request. Ask how far it is (HEAD), then go on.');
