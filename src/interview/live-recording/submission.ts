import { DomainError } from '../../errors.ts';
import { findSpeech } from '../../speech/voice-activity.ts';
import { spreadWords } from '../../speech/word-timing.ts';
import { getAnswer } from '../answers.ts';
import type { Caller } from '../context.ts';
import { type KeptRecording, keepRecording } from '../kept-recording.ts';
import { letGoOfRecording } from '../retention.ts';
import type { AnswerView } from '../schemas.ts';
import { addTake } from '../takes.ts';
import { asWav, wavHeaderBytes } from './wav.ts';

/** What was said, and which model heard it. */
export interface LiveText {
  text: string;
  model: string;
}

interface Submission {
  questionId: string;
  path: string;
  pcmBytes: number;
  /** Resolves with null when the recording is to be transcribed the ordinary way. Never rejects. */
  heard: Promise<LiveText | null>;
}

/**
 * Makes an answer of a recording, as if its WAV file had been uploaded: judged by its bytes, the next take, submitted
 * once however often it is tried. Its transcript are the words heard live, else it is transcribed like any other. Throws
 * what an upload throws.
 */
export async function submitLiveRecording(caller: Caller, submission: Submission): Promise<AnswerView> {
  const { deps, userId } = caller;
  const { questionId, path, pcmBytes } = submission;
  const staged = await deps.storage.stage(asWav(path, pcmBytes), { maxBytes: wavHeaderBytes + pcmBytes });
  const audio = await keepRecording(caller, staged, ['wav']);
  const live = await transcriptOf(caller, audio, await submission.heard);
  const answer = await addTake(deps, { userId, questionId, audio, kind: 'spoken', ...live }).catch(
    async (error: unknown) => {
      // Anything else may have added the row all the same: then the file is needed; if not, reconciliation removes it.
      if (error instanceof DomainError) await deps.storage.delete(audio.storageKey);
      throw error;
    },
  );
  if (!answer.isNew) await deps.storage.delete(audio.storageKey);
  await letGoOfRecording(deps, answer.id);
  deps.changes.touch(`answer:${answer.id}`);
  return getAnswer(caller, answer.id);
}

/** Words are spread over where there is voice. */
async function transcriptOf({ deps }: Caller, audio: KeptRecording, heard: LiveText | null) {
  if (!heard) return { transcriptState: 'pending' as const };
  await using file = await deps.storage.local(audio.storageKey);
  const voice = await findSpeech(file.path).catch((error: unknown) => {
    deps.log.warn({ err: error }, 'voice activity was not found; words are spread over the whole recording');
    return [];
  });
  const words = spreadWords(heard.text, voice, audio.durationMs);
  return { transcriptState: 'done' as const, transcript: heard.text, transcribedBy: heard.model, words };
}
