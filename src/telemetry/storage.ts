import type { AudioStorage } from '../storage/audio-storage.ts';
import type { Metrics } from './metrics.ts';

/** The same storage, with the bytes counted that were written for good. */
export function countingStorage(storage: AudioStorage, { storedBytes }: Metrics): AudioStorage {
  return {
    ...storage,
    async stage(source, options) {
      const staged = await storage.stage(source, options);
      return {
        ...staged,
        async commit(key) {
          await staged.commit(key);
          storedBytes.add(staged.bytes);
        },
      };
    },
    async grow(key) {
      const growing = await storage.grow(key);
      return {
        // It grows: a copy would stay as it is now.
        get bytes() {
          return growing.bytes;
        },
        append: (chunk) => growing.append(chunk),
        discard: () => growing.discard(),
        async finish() {
          const finished = await growing.finish();
          storedBytes.add(finished.bytes);
          return finished;
        },
      };
    },
  };
}
