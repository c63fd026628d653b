import { DomainError } from '../../errors.ts';
import type { PcmFile } from '../../storage/pcm-spool.ts';
import { assertAnswerable, getAnswer } from '../answers.ts';
import type { Emit, LiveRecording } from './connection.ts';
import type { LiveRecordingCaller } from './context.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { claimRow, createRow, findRow, type RecordingRow } from './recording-row.ts';
import { alreadyFinished } from './refusals.ts';

/**
 * Records an answer while it is spoken, and tells its words as they are heard; or goes on with a recording whose
 * connection was lost. Throws `not_found`, `session_ended`, `consent_required`, `gone`, `storage_full` or `unavailable`;
 * after that, what goes wrong is an event. The upstream is not waited for.
 */
export async function startLiveRecording(
  caller: LiveRecordingCaller,
  what: { questionId: string } | { recordingId: string },
  emit: Emit,
): Promise<LiveRecording> {
  const { deps } = caller;
  if ('questionId' in what) {
    const row = await createRow(caller, what.questionId);
    const recorder = await deps.recorders.take(row.id, async () =>
      record(caller, row, await deps.spool.create(row.id)),
    );
    return recorder.attach(emit);
  }
  const { recordingId } = what;
  const { questionId, answerId, acknowledgedBytes } = await findRow(caller, recordingId);
  if (answerId) return finished(caller, { recordingId, acknowledgedBytes, answerId }, emit);
  await assertAnswerable(caller, questionId);
  const recorder = await deps.recorders.take(recordingId, async () => {
    const row = await claimRow(deps, recordingId);
    if (!row) throw new DomainError('conflict', 'This recording was submitted just now. Resume it to see its answer.');
    return record(caller, row, await deps.spool.open(recordingId));
  });
  return recorder.attach(emit);
}

function record({ deps }: LiveRecordingCaller, row: RecordingRow, file: PcmFile): Recorder {
  return startRecorder(deps, { row, file, forget: () => deps.recorders.remove(row.id) });
}

/** Whoever did not hear of the end is told it again. */
function finished(
  caller: LiveRecordingCaller,
  { recordingId, acknowledgedBytes, answerId }: { recordingId: string; acknowledgedBytes: number; answerId: string },
  emit: Emit,
): LiveRecording {
  return {
    recordingId,
    acknowledgedBytes,
    transcript: '',
    hear: () => emit({ type: 'error', error: alreadyFinished() }),
    async finish() {
      const answer = await getAnswer(caller, answerId);
      if (answer.transcript !== null) emit({ type: 'transcript', text: answer.transcript });
      emit({ type: 'answer', answer });
      emit({ type: 'ended', why: 'finished' });
      return answer;
    },
    leave: async () => {},
    bufferedBytes: 0,
  };
}
