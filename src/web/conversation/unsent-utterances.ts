import { z } from 'zod';
import { answerOf, openDatabase, utterancesName } from '../recording/database.ts';
import { holdRecording, isBeingRecorded } from '../recording/unsent-recording.ts';
import type { Unsent } from './state.ts';

/** Keeps in this browser what was said in conversations until the server has acknowledged it. */
export interface UnsentUtterances {
  /** Begins at once. Gives how to let go of it: whether it has arrived, or stays for another try. */
  hold(what: Unsent): Held;
  /** What an earlier visit could not send, oldest first. Empty where the browser forbids storage. */
  left(): Promise<Unsent[]>;
  remove(id: string): Promise<void>;
  /** False once something could not be written: then a reload would lose it. */
  isDurable(): boolean;
}

export interface Held {
  /** Nobody else takes it up while it is being sent. */
  release(): void;
}

const keptSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  saidAt: z.number(),
  said: z.union([z.object({ text: z.string() }), z.object({ bytes: z.instanceof(ArrayBuffer), type: z.string() })]),
});

export function createUnsentUtterances(sessionId: string): UnsentUtterances {
  let durable = true;
  let written: Promise<void> = Promise.resolve();
  let database: Promise<IDBDatabase> | null = null;
  const store = async (mode: IDBTransactionMode) => {
    database ??= openDatabase();
    return (await database).transaction(utterancesName, mode, { durability: 'strict' }).objectStore(utterancesName);
  };
  /** One after the other: a removal must not overtake what it removes. */
  const write = (change: () => Promise<unknown>) => {
    written = written.then(async () => {
      try {
        await change();
      } catch {
        durable = false; // told by `isDurable`: the page goes on with what is in memory
      }
    });
    return written;
  };

  return {
    hold(what) {
      const saidAt = Date.now();
      const release = holdRecording(what.id);
      void write(async () => {
        // As bytes: some browsers lose Blobs in IndexedDB when their page goes.
        const said =
          what.kind === 'typed'
            ? { text: what.text }
            : { bytes: await what.sound.arrayBuffer(), type: what.sound.type };
        await answerOf((await store('readwrite')).put({ id: what.id, sessionId, saidAt, said }));
      });
      return { release };
    },
    async left() {
      try {
        const rows = keptSchema.array().parse(await answerOf((await store('readonly')).getAll()));
        const ours: Unsent[] = [];
        for (const { id, said, ...row } of rows.sort((one, other) => one.saidAt - other.saidAt)) {
          if (row.sessionId !== sessionId || (await isBeingRecorded(id))) continue;
          if ('text' in said) ours.push({ kind: 'typed', id, text: said.text });
          else ours.push({ kind: 'spoken', id, sound: new Blob([said.bytes], { type: said.type }) });
        }
        return ours;
      } catch {
        durable = false;
        return [];
      }
    },
    remove: (id) => write(async () => answerOf((await store('readwrite')).delete(id))),
    isDurable: () => durable,
  };
}
