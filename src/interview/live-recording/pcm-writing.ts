import type { PcmFile } from '../../storage/pcm-spool.ts';

export interface PcmWritingOptions {
  file: PcmFile;
  acknowledgeEveryMs: number;
  /** More can be read. */
  onWritten(): void;
  /** So many bytes are durable. */
  onDurable(bytes: number): void;
  /** The disk failed: nothing is written any more. */
  onFailed(error: unknown): void;
}

/** Writes sound as it comes, and makes it durable from time to time. */
export interface PcmWriting {
  /** Came, written and durable, in bytes from the start. */
  readonly received: number;
  readonly written: number;
  readonly durable: number;
  append(pcm: Uint8Array): void;
  /** Resolves once everything is durable. Throws what the disk threw. */
  flush(): Promise<void>;
  /** Flushes as far as it can, and closes the file. Never rejects. */
  close(): Promise<void>;
}

export function startPcmWriting(options: PcmWritingOptions): PcmWriting {
  const { file } = options;
  let received = file.bytes;
  let written = file.bytes;
  let durable = file.bytes;
  let pending: Uint8Array[] = [];
  let disk: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let failure: { error: unknown } | null = null;
  let closed = false;

  /** One thing after the other; after one that failed there is none. */
  const onFile = (work: () => Promise<void>) => {
    disk = disk.then(async () => {
      if (failure || closed) return;
      try {
        await work();
      } catch (error) {
        failure = { error };
        options.onFailed(error);
      }
    });
    return disk;
  };
  const writePending = async () => {
    const pieces = pending;
    pending = [];
    for (const pcm of pieces) {
      await file.write(pcm, written);
      written += pcm.length;
    }
    if (pieces.length > 0) options.onWritten();
  };
  const makeDurable = async () => {
    clearTimeout(timer);
    timer = undefined;
    await writePending();
    if (durable === written) return;
    const bytes = written;
    await file.sync();
    durable = bytes;
    options.onDurable(bytes);
  };

  return {
    get received() {
      return received;
    },
    get written() {
      return written;
    },
    get durable() {
      return durable;
    },
    append(pcm) {
      if (failure || closed || pcm.length === 0) return;
      received += pcm.length;
      if (pending.push(pcm) === 1) void onFile(writePending);
      timer ??= setTimeout(() => void onFile(makeDurable), options.acknowledgeEveryMs);
    },
    async flush() {
      await onFile(makeDurable);
      if (failure) throw failure.error;
    },
    async close() {
      await onFile(makeDurable);
      clearTimeout(timer);
      if (closed) return;
      closed = true;
      // Whatever it is: what was acknowledged is durable.
      await file.close().catch(options.onFailed);
    },
  };
}
