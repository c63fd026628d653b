import { DomainError } from '../errors.ts';
import type { AudioKey } from './audio-storage.ts';

export const audioFolders = ['questions', 'answers', 'replies'] as const;

const keyPattern =
  /^(?:questions|answers|replies)\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[a-z0-9]{2,5}$/;

export const isAudioKey = (text: string): text is AudioKey => keyPattern.test(text);

/** The key itself. Throws `not_found` when it is none: nothing else may ever name a file. */
export function checkedKey(key: AudioKey): AudioKey {
  if (!isAudioKey(key)) throw new DomainError('not_found', 'There is no such recording.');
  return key;
}

export const goneFromStorage = (cause: unknown): DomainError =>
  new DomainError('gone', 'This recording is no longer stored on the server.', { cause });
