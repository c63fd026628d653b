import type { DomainError } from '../../errors.ts';
import type { Recorder } from './recorder.ts';

/** The recordings that this process is making. */
export interface Recorders {
  /** The one of this id, else the one that `open` opens: two that ask at once get the same. */
  take(id: string, open: () => Promise<Recorder>): Promise<Recorder>;
  remove(id: string): void;
  has(id: string): boolean;
  /** Ends the one of this id for good, if there is one; whoever records is told why. */
  end(id: string, why: DomainError): Promise<void>;
  /** Puts all of them away; they can be resumed. */
  close(): Promise<void>;
}

export function createRecorders(): Recorders {
  const recorders = new Map<string, Promise<Recorder>>();
  return {
    async take(id, open) {
      const known = recorders.get(id);
      if (known) return known;
      const opening = open();
      recorders.set(id, opening);
      try {
        return await opening;
      } catch (error) {
        recorders.delete(id);
        throw error;
      }
    },
    remove: (id) => void recorders.delete(id),
    has: (id) => recorders.has(id),
    async end(id, why) {
      // One that could not be opened has told so already.
      const recorder = await recorders.get(id)?.catch(() => null);
      await recorder?.end(why);
    },
    async close() {
      const all = await Promise.allSettled(recorders.values());
      await Promise.all(all.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
    },
  };
}
