import type { PlayableAudio } from './stored-audio.ts';

/** A player asks for many ranges of one file in a row: who may hear it need not be looked up for each. */
export interface AudibleFiles {
  get(userId: string, id: string): PlayableAudio | undefined;
  add(userId: string, file: PlayableAudio): void;
  /** To be called when files, or the questions that they speak, are deleted. */
  forget(ids: readonly string[]): void;
}

const believedMs = 4_000;
const mostFiles = 5_000;
const mostHearers = 100;

/** Files by id, each with who may hear it until when. Bounded: what was looked up longest ago makes room. */
export function audibleFiles(clock: () => number = Date.now): AudibleFiles {
  const files = new Map<string, { file: PlayableAudio; hearers: Map<string, number> }>();
  return {
    get(userId, id) {
      const entry = files.get(id);
      return entry && (entry.hearers.get(userId) ?? 0) > clock() ? entry.file : undefined;
    },
    add(userId, file) {
      const hearers = files.get(file.id)?.hearers ?? new Map<string, number>();
      hearers.delete(userId);
      makeRoom(hearers, mostHearers);
      hearers.set(userId, clock() + believedMs);
      files.delete(file.id);
      makeRoom(files, mostFiles);
      files.set(file.id, { file, hearers });
    },
    forget(ids) {
      for (const id of ids) files.delete(id);
    },
  };
}

/** A Map keeps the order of insertion: the first key is the oldest. */
function makeRoom<Key>(map: Map<Key, unknown>, most: number): void {
  if (map.size < most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
