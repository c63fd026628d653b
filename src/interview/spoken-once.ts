import { createHash, randomUUIDv7 } from 'node:crypto';
import { DomainError } from '../errors.ts';
import { inspectRecording } from '../speech/recording.ts';
import { type Voice, voiceSchema } from '../speech/voices.ts';
import type { AudioKey } from '../storage/audio-storage.ts';
import type { InterviewDeps } from './context.ts';
import { storageKeyOf } from './stored-audio.ts';

/** Words that are always spoken alike. */
interface Words {
  text: string;
  voice: string;
  language: string;
}

interface SpeechOrder extends Words {
  /** What the speech is for: a filler may be heard by everybody. */
  kind: 'question' | 'filler';
  userId: string;
  /** Whom it is booked to besides; null: no session. */
  sessionId: string | null;
  signal?: AbortSignal | undefined;
}

const style = 'Speak like a friendly, professional interviewer: clear, unhurried, natural.';

/** Speech of at most this many bytes: 4096 characters are under five minutes. */
const maxSpeechBytes = 20_000_000;

/** Speaks the text and stores it whole, or finds where the same words in the same voice already lie. Returns the audio's id. */
export async function speakOnce(deps: InterviewDeps, order: SpeechOrder): Promise<string> {
  const { db, storage } = deps;
  const voice = voiceSchema.parse(order.voice);
  const known = await findSpoken(deps, order);
  if (known && (await storage.size(storageKeyOf(known))) === known.bytes) return known.id;

  const { speech, staged } = await synthesise(deps, { ...order, voice });
  try {
    const { durationMs } = await inspectRecording(staged.path, { formats: ['mp3'], maxDurationMs: 600_000 });
    const id = known?.id ?? randomUUIDv7();
    const storageKey: AudioKey = `questions/${id}.mp3`;
    await staged.commit(storageKey);
    const file = { storageKey, bytes: staged.bytes, sha256: staged.sha256, durationMs };
    await db.prisma.usage.create({
      data: {
        userId: order.userId,
        sessionId: order.sessionId,
        capability: 'speak',
        model: speech.model,
        characters: order.text.length,
        audioMs: durationMs,
      },
    });
    if (known) await db.prisma.audioFile.update({ where: { id }, data: file });
    return known
      ? id
      : await addSpeech(deps, {
          ...file,
          id,
          kind: order.kind,
          mimeType: speech.mimeType,
          speechHash: speechHash(deps, order, speech.model),
        });
  } finally {
    await staged.discard();
  }
}

/** Where these words lie as the voice would speak them today; null when they were not spoken yet. */
export function findSpoken(deps: InterviewDeps, words: Words) {
  const model = deps.speaker.currentModel(voiceSchema.parse(words.voice));
  return deps.db.prisma.audioFile.findUnique({ where: { speechHash: speechHash(deps, words, model) } });
}

function speechHash({ speaker }: InterviewDeps, { text, voice, language }: Words, model: string): string {
  return createHash('sha256')
    .update(JSON.stringify([text, voice, speaker.origin, model, language, style]))
    .digest('hex');
}

/** Speech that breaks off in the middle is asked for once more. */
async function synthesise({ speaker, storage, log }: InterviewDeps, order: SpeechOrder & { voice: Voice }) {
  const { text, voice, language, signal } = order;
  for (let attempt = 1; ; attempt++) {
    const speech = await speaker.speak({ text, voice, language, style, ...(signal && { signal }) });
    try {
      return {
        speech,
        staged: await storage.stage(speech.body, { maxBytes: maxSpeechBytes, ...(signal && { signal }) }),
      };
    } catch (error) {
      const brokeOff = error instanceof DomainError && error.code.startsWith('upstream_');
      if (!brokeOff || attempt === 2 || signal?.aborted) throw error;
      log.warn({ err: error }, 'speech broke off; asking for it once more');
    }
  }
}

interface SpeechFile {
  id: string;
  kind: SpeechOrder['kind'];
  storageKey: AudioKey;
  bytes: number;
  sha256: string;
  durationMs: number;
  mimeType: string;
  speechHash: string;
}

/** Two questions with the same words may be spoken at once: the first to arrive serves both. */
async function addSpeech({ db, storage }: InterviewDeps, file: SpeechFile): Promise<string> {
  const { count } = await db.prisma.audioFile.createMany({ data: file, skipDuplicates: true });
  const row = await db.prisma.audioFile.findUniqueOrThrow({ where: { speechHash: file.speechHash } });
  if (count === 0) await storage.delete(file.storageKey);
  return row.id;
}
