import { DomainError } from '../errors.ts';
import type { AudioKey, GrowingAudio } from './audio-storage.ts';
import { growFile } from './disk-growing.ts';
import type { LocalFile, Staging } from './staging.ts';

/** Files that grow on the local disk, where they are read until they are uploaded. */
export interface GrowingFiles {
  /** Where it grows; undefined when it does not, or no longer. */
  pathOf(key: AudioKey): string | undefined;
  /** Throws `conflict` when it grows already. */
  begin(key: AudioKey): Promise<GrowingAudio>;
}

/** `upload` is run when a file is finished, and takes it to where it stays. */
export function createGrowingFiles(
  staging: Staging,
  upload: (key: AudioKey, file: LocalFile) => Promise<void>,
): GrowingFiles {
  const paths = new Map<AudioKey, string>();

  return {
    pathOf: (key) => paths.get(key),

    async begin(key) {
      const path = await staging.claim();
      if (paths.has(key)) {
        await staging.remove(path);
        throw new DomainError('conflict', 'This recording is being written already.');
      }
      // Before the file is there: two may begin at once.
      paths.set(key, path);
      const local = await growFile(path).catch(async (error: unknown) => {
        paths.delete(key);
        await staging.remove(path);
        throw error;
      });
      const forget = async () => {
        if (paths.get(key) === path) paths.delete(key);
        await staging.remove(path);
      };
      let isOver = false;
      return {
        get bytes() {
          return local.bytes;
        },
        append: (chunk) => local.append(chunk),
        async finish() {
          isOver = true;
          try {
            const facts = await local.finish();
            await upload(key, { path, ...facts });
            return facts;
          } finally {
            // Also when it could not be uploaded: nobody would come back for it.
            await forget();
          }
        },
        async discard() {
          if (isOver) return;
          isOver = true;
          // Not found any more before it is closed and gone.
          paths.delete(key);
          await local.discard();
          await forget();
        },
      };
    },
  };
}
