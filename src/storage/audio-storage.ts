import type { Readable } from 'node:stream';

/** A file that has arrived, is fsynced, and lies on local disk under a temporary name. */
export interface StagedAudio {
  /** Local path, readable by the media library while the recording is judged. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex SHA-256 of the bytes, computed while they arrived. */
  readonly sha256: string;
  /** Moves the file to its final key durably (rename, then fsync of the folder). */
  commit(key: AudioKey): Promise<void>;
  /** Removes the file. Safe to call after `commit` or twice. */
  discard(): Promise<void>;
}

/** A file that can be read under its key while it is still written. */
export interface GrowingAudio {
  /** What can be read by now. */
  readonly bytes: number;
  /** Resolves once the chunk can be read. After one chunk failed (`storage_full`, `unavailable`) no other is taken. */
  append(chunk: Uint8Array): Promise<void>;
  /** Makes durable what was appended, and ends it. `sha256` is lower-case hex. */
  finish(): Promise<{ bytes: number; sha256: string }>;
  /** Ends and removes the file. Does nothing after `finish` or twice. */
  discard(): Promise<void>;
}

/** `questions/<uuid>.mp3`, `answers/<uuid>.webm`, … : never a name a user chose. */
export type AudioKey = `${'questions' | 'answers' | 'replies'}/${string}.${string}`;

/** A stored file, opened. Disposing it closes it. */
export interface StoredFile extends AsyncDisposable {
  /** Fills `into` from the offset on; returns how many bytes there were, 0 at the end of the file. */
  read(into: Uint8Array, offset: number): Promise<number>;
}

export interface StageOptions {
  /** One byte more is refused with `too_large`. */
  maxBytes: number;
  signal?: AbortSignal;
}

/** Where recordings and speech live. `disk.ts` implements it; S3 joins later behind the same tests. */
export interface AudioStorage {
  /**
   * Streams bytes to a temporary file: hashed while they arrive, fsynced at the end. Leaves nothing on failure. Keeps no
   * chunk beyond asking for the next: the source may use its memory again.
   */
  stage(source: AsyncIterable<Uint8Array>, options: StageOptions): Promise<StagedAudio>;
  /** Begins a file that is readable under its key while it is still written. Throws `conflict` when the key is taken. */
  grow(key: AudioKey): Promise<GrowingAudio>;
  /** Bytes of a stored file; `start` and `end` are inclusive offsets, as in RFC 9110 ranges. Throws `gone` when missing. */
  open(key: AudioKey, range?: { start: number; end: number }): Promise<Readable>;
  /** For readers that use their memory again: a fresh buffer for every piece costs more than reading it. Throws `gone`. */
  file(key: AudioKey): Promise<StoredFile>;
  /** A local file with the same bytes, for the media library; disposed when done with. Throws `gone` when missing. */
  local(key: AudioKey): Promise<AsyncDisposable & { readonly path: string }>;
  /** Size in bytes, or null when the file is not there. */
  size(key: AudioKey): Promise<number | null>;
  delete(key: AudioKey): Promise<void>;
  /** Every key present, for reconciliation. */
  keys(): AsyncIterable<AudioKey>;
  /** Removes temporary files that a crash left behind. Returns how many. */
  sweepStaged(): Promise<number>;
}
