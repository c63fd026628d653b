/** The sound of a recording while it is made: bare samples, see `voicePcm`. Throws `storage_full` and `unavailable`. */
export interface PcmFile {
  readonly path: string;
  /** What there is to be resumed: whole samples, durable. */
  readonly bytes: number;
  /** All of it, at this offset: should two write at once, it is the same sound to the same place. */
  write(pcm: Uint8Array, offset: number): Promise<void>;
  read(offset: number, bytes: number): Promise<Uint8Array>;
  /** What was written is durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Files by the recordings' ids, which outlive the process. */
export interface PcmSpool {
  create(id: string): Promise<PcmFile>;
  /** Throws `gone` when there is none. */
  open(id: string): Promise<PcmFile>;
  remove(id: string): Promise<void>;
  ids(): Promise<string[]>;
}
