import { asDomainError, type ErrorCode } from '../../errors.ts';
import type { AnswerView } from '../schemas.ts';
import type { Emit } from './connection.ts';
import type { LiveRecordingDeps } from './context.ts';
import { deleteRecording, ownerOf, type RecordingRow, updateRow } from './recording-row.ts';
import { restarting } from './refusals.ts';
import { type LiveText, submitLiveRecording } from './submission.ts';

export interface FinishingOptions {
  tell: Emit;
  /** Everything is durable, and nothing more comes. Throws when the recording is not ours any more. */
  complete(): Promise<{ path: string; pcmBytes: number }>;
  /** The words of so many bytes; null when they are to be had the ordinary way. Never rejects. */
  heard(pcmBytes: number): Promise<LiveText | null>;
  /** Nothing more is written or heard. */
  putAway(): Promise<void>;
  ended(why: 'finished' | 'failed'): void;
  /** It did not become an answer this time. */
  unfinished(): void;
}

/** Makes the recording an answer, once however often it is asked to. Goes on though the connection is lost. */
export interface Finishing {
  readonly underWay: boolean;
  start(): Promise<AnswerView>;
}

/** Nothing will change that it is no answer. */
const final: ReadonlySet<ErrorCode> = new Set(['no_speech', 'session_ended', 'not_found']);

export function createFinishing(deps: LiveRecordingDeps, row: RecordingRow, options: FinishingOptions): Finishing {
  const { id, questionId } = row;
  const { tell } = options;
  let answered: Promise<AnswerView> | null = null;

  const submit = async (): Promise<AnswerView> => {
    const { path, pcmBytes } = await options.complete();
    const heard = options.heard(pcmBytes).then((live) => {
      if (live) tell({ type: 'transcript', text: live.text });
      return live;
    });
    const userId = await ownerOf(deps, id);
    const answer = await submitLiveRecording({ deps, userId }, { questionId, path, pcmBytes, heard });
    await updateRow(deps, row, { answerId: answer.id });
    tell({ type: 'answer', answer });
    await options.putAway();
    await deps.spool.remove(id);
    options.ended('finished');
    return answer;
  };

  const refused = async (error: unknown) => {
    if (final.has(asDomainError(error).code)) {
      await options.putAway();
      await deleteRecording(deps, id);
      options.ended('failed');
    } else {
      answered = null;
      options.unfinished();
    }
  };

  return {
    get underWay() {
      return answered !== null;
    },
    start() {
      if (answered) return answered;
      const { promise, resolve, reject } = Promise.withResolvers<AnswerView>();
      answered = promise;
      const started = deps.later('finish a live recording', async () => {
        try {
          resolve(await submit());
        } catch (error) {
          // Whoever waits for the answer hears of the error before the end.
          reject(error);
          await refused(error);
        }
      });
      if (!started) {
        answered = null;
        reject(restarting());
      }
      return promise;
    },
  };
}
