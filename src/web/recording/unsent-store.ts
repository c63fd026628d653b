import { z } from 'zod';
import { answerOf, chunksName, chunksOf, completed, openDatabase, recordingsName, writing } from './database.ts';
import { type UnsentRecording, unsentRecordingSchema } from './unsent-recording.ts';

/** Keeps recordings until the server has them. What the disk refuses stays in the memory of this page. */
export interface UnsentStore {
  put(recording: UnsentRecording): Promise<void>;
  addChunk(recordingId: string, chunk: Blob): Promise<void>;
  /** Oldest first, whoever recorded it: a guest may have become somebody with an account meanwhile. */
  list(): Promise<UnsentRecording[]>;
  /** The whole file; null when nothing of it was kept. */
  read(recording: UnsentRecording): Promise<Blob | null>;
  /** Keeps another file in the place of what was recorded. */
  replace(recording: UnsentRecording, file: Blob): Promise<void>;
  remove(recordingId: string): Promise<void>;
  /** False once something could not be written: then a reload would lose it. */
  isDurable(): boolean;
}

const bytesSchema = z.array(z.instanceof(ArrayBuffer));

export function createUnsentStore(): UnsentStore {
  const recordings = new Map<string, UnsentRecording>();
  const chunks = new Map<string, Blob[]>();
  let durable = true;
  let written = Promise.resolve();
  let database: Promise<IDBDatabase> | null = null;
  const open = () => {
    database ??= openDatabase();
    return database;
  };

  /**
   * One after the other: a removal must not overtake the chunk before it. A disk that fails is told by `isDurable`;
   * the page goes on with what is in memory.
   */
  function write(change: (transaction: IDBTransaction) => void): Promise<void> {
    const write = async () => {
      try {
        const transaction = writing(await open());
        change(transaction);
        await completed(transaction);
      } catch {
        durable = false;
      }
    };
    written = written.then(write);
    return written;
  }

  async function onDisk(): Promise<UnsentRecording[]> {
    try {
      const rows = await answerOf((await open()).transaction(recordingsName).objectStore(recordingsName).getAll());
      return rows.flatMap((row) => unsentRecordingSchema.safeParse(row).data ?? []);
    } catch {
      durable = false;
      return [];
    }
  }

  return {
    async put(recording) {
      recordings.set(recording.id, recording);
      await write((transaction) => transaction.objectStore(recordingsName).put(recording));
    },
    async addChunk(recordingId, chunk) {
      const known = chunks.get(recordingId) ?? [];
      chunks.set(recordingId, known);
      const number = known.push(chunk);
      // As bytes: some browsers lose Blobs in IndexedDB when their page goes.
      const bytes = await chunk.arrayBuffer();
      // Thrown away meanwhile: nothing may be left of it.
      if (chunks.get(recordingId) !== known) return;
      await write((transaction) => transaction.objectStore(chunksName).put(bytes, [recordingId, number]));
    },
    async list() {
      const all = new Map([...(await onDisk()), ...recordings.values()].map((recording) => [recording.id, recording]));
      return [...all.values()].sort((one, other) => one.startedAt.localeCompare(other.startedAt));
    },
    async read({ id, mimeType }) {
      const known = chunks.get(id);
      if (known) return new Blob(known, { type: mimeType });
      const rows = await answerOf((await open()).transaction(chunksName).objectStore(chunksName).getAll(chunksOf(id)));
      const bytes = bytesSchema.parse(rows);
      return bytes.length > 0 ? new Blob(bytes, { type: mimeType }) : null;
    },
    async replace(recording, file) {
      recordings.set(recording.id, recording);
      chunks.set(recording.id, [file]);
      const bytes = await file.arrayBuffer();
      await write((transaction) => {
        transaction.objectStore(recordingsName).put(recording);
        transaction.objectStore(chunksName).delete(chunksOf(recording.id));
        transaction.objectStore(chunksName).put(bytes, [recording.id, 1]);
      });
    },
    async remove(recordingId) {
      recordings.delete(recordingId);
      chunks.delete(recordingId);
      await write((transaction) => {
        transaction.objectStore(recordingsName).delete(recordingId);
        transaction.objectStore(chunksName).delete(chunksOf(recordingId));
      });
    },
    isDurable: () => durable,
  };
}
