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

/** Inclusive offsets, as in RFC 9110 ranges. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Addresses under which a file can be read past this server, by whoever knows them, for a short while. */
export interface DirectReads {
  /** Scheme, host and port of all of them. */
  readonly origin: string;
  /**
   * Answers GET, with Range, and nothing else; says this content type, whatever was stored. Null when only this server
   * has the file yet. Does not look whether there is such a file.
   */
  address(key: AudioKey, mimeType: string): Promise<string | null>;
}

/** Where recordings and speech live. `disk.ts` and `s3.ts` implement it, behind the same tests. */
export interface AudioStorage {
  /**
   * Streams bytes to a temporary file: hashed while they arrive, fsynced at the end. Leaves nothing on failure. Keeps no
   * chunk beyond asking for the next: the source may use its memory again.
   */
  stage(source: AsyncIterable<Uint8Array>, options: StageOptions): Promise<StagedAudio>;
  /** Begins a file that is readable under its key while it is still written. Throws `conflict` when the key is taken. */
  grow(key: AudioKey): Promise<GrowingAudio>;
  /** Bytes of a stored file. Throws `gone` when missing. */
  open(key: AudioKey, range?: ByteRange): Promise<Readable>;
  /**
   * For readers that use their memory again: a fresh buffer for every piece costs more than reading it. `range` is what
   * will be read of it, if that is known: a storage far away then fetches no more. Throws `gone`.
   */
  file(key: AudioKey, range?: ByteRange): Promise<StoredFile>;
  /** A local file with the same bytes, for the media library; disposed when done with. Throws `gone` when missing. */
  local(key: AudioKey): Promise<AsyncDisposable & { readonly path: string }>;
  /** Size in bytes, or null when the file is not there. */
  size(key: AudioKey): Promise<number | null>;
  delete(key: AudioKey): Promise<void>;
  /** Every key present, for reconciliation. */
  keys(): AsyncIterable<AudioKey>;
  /** Removes temporary files and half-done uploads that a crash left behind. Returns how many. */
  sweepStaged(): Promise<number>;
  /** Absent when every read goes through this server. */
  readonly direct?: DirectReads;
}
