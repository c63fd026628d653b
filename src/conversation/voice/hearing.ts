import { DomainError } from '../../errors.ts';
import { keepRecording } from '../../interview/kept-recording.ts';
import { primaryLanguage } from '../../interview/language.ts';
import { transcribeFile } from '../../interview/transcription.ts';
import { bookHearing } from '../../interview/usage.ts';
import type { HearingUsage, VoiceEvent } from '../../speech/voice-model.ts';
import { inTime } from '../in-time.ts';
import type { HeardWords } from '../plan.ts';
import { Interrupted, mark, type RunningTurn } from '../running-turn.ts';
import { keepSaid, keepUnheard } from '../said.ts';
import type { Utterance } from './utterances.ts';

interface Words {
  text: string;
  usage: HearingUsage | null;
}

/** The words of inputs, which come some time after each was complete, and not always in their order. */
export interface Hearing {
  expect(itemId: string): Promise<Words>;
  heard(event: Extract<VoiceEvent, { type: 'heard' }>): void;
  unheard(event: Extract<VoiceEvent, { type: 'unheard' }>): void;
  /** What is still expected will not come. */
  lost(error: DomainError): void;
  /** Keeps what was said: its words, and its sound where there is any. */
  hear(turn: RunningTurn, words: Promise<Words>, utterance: Utterance | null): Promise<HeardWords>;
}

export function createHearing(): Hearing {
  const expected = new Map<string, PromiseWithResolvers<Words>>();
  const take = (itemId: string) => {
    const one = expected.get(itemId);
    expected.delete(itemId);
    return one;
  };
  return {
    expect(itemId) {
      const one = Promise.withResolvers<Words>();
      // Looked at once the turn runs.
      one.promise.catch(() => undefined);
      expected.set(itemId, one);
      return one.promise;
    },
    heard: ({ itemId, text, usage }) => take(itemId)?.resolve({ text, usage }),
    unheard: ({ itemId, error }) => take(itemId)?.reject(error),
    lost(error) {
      for (const itemId of [...expected.keys()]) take(itemId)?.reject(error);
    },
    hear,
  };
}

async function hear(turn: RunningTurn, words: Promise<Words>, utterance: Utterance | null): Promise<HeardWords> {
  turn.stage = 'transcription';
  const kept = utterance && keep(turn, utterance);
  // Looked at below, or by `attach`.
  kept?.catch(() => undefined);
  const interrupted = untilAborted(turn.signal);
  try {
    const { text, usage } = await inTime(
      Promise.race([words.catch((error: unknown) => hearAgain(turn, kept, error)), interrupted.promise]),
      turn.deps.deadlines.transcriptionMs,
    );
    mark(turn, 'transcribedMs');
    const { deps, userId, sessionId, id: turnId } = turn;
    if (usage) await bookHearing(deps, { userId, sessionId, turnId }, usage);
    if (!text.trim()) throw new DomainError('no_speech', 'No words were recognised. Say it again, or type it.');
    const durationMs = utterance?.durationMs ?? null;
    const said = await keepSaid(turn, { text: text.trim(), durationMs, audioId: null, transcribedBy: null });
    attach(turn, said.messageId, kept);
    return said;
  } catch (error) {
    const recording = await kept?.catch(() => null);
    if (recording) await keepUnheard(turn, recording.id);
    throw error;
  } finally {
    interrupted.release();
  }
}

type Kept = ReturnType<typeof keep>;

/** Judged by its bytes, then kept for good. Null when there is no speech in it: the model may hear words in noise. */
async function keep({ deps, userId }: RunningTurn, { staged }: Utterance) {
  try {
    const recording = await keepRecording({ deps, userId }, await staged, ['mp3']);
    await deps.db.prisma.audioFile.create({ data: recording });
    return recording;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'no_speech') return null;
    throw error;
  }
}

/** The recording outlives the connection over which it was to be heard. */
async function hearAgain(turn: RunningTurn, kept: Kept | null, error: unknown): Promise<Words> {
  const recording = await kept;
  if (!recording) throw error;
  const { deps, session, signal } = turn;
  await using local = await deps.storage.local(recording.storageKey);
  const { text, model } = await transcribeFile(
    deps,
    { path: local.path, bytes: recording.bytes, mimeType: recording.mimeType, fileName: local.path },
    { language: primaryLanguage(session.language), durationMs: recording.durationMs, signal },
  );
  return { text, usage: { model, audioMs: recording.durationMs, inputTokens: 0, outputTokens: 0 } };
}

/** The reply does not wait for the disk. */
function attach(turn: RunningTurn, messageId: string, kept: Kept | null): void {
  const { deps, id } = turn;
  const store = async () => {
    const recording = await kept;
    await turn.written();
    if (recording) await deps.db.prisma.message.update({ where: { id: messageId }, data: { audioId: recording.id } });
  };
  store().catch((error: unknown) => deps.log.error({ err: error, turnId: id }, 'what was said could not be recorded'));
}

/** Somebody who goes on speaking has not taken back what was said before: its words still count. */
function untilAborted(signal: AbortSignal): { promise: Promise<never>; release(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const abort = () => {
    if (!(signal.reason instanceof Interrupted)) reject(signal.reason);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return { promise, release: () => signal.removeEventListener('abort', abort) };
}
