import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { DomainError, type ErrorCode } from '../errors.ts';
import { wasNotAsked } from '../limits/not-asked.ts';
import { shrinkForTranscription } from '../speech/shrink.ts';
import type { TimedWord, TranscribeRequest, Transcript } from '../speech/transcriber.ts';
import { findSpeech } from '../speech/voice-activity.ts';
import { spreadWords } from '../speech/word-timing.ts';
import { whileKept } from './account-live-work.ts';
import type { InterviewDeps } from './context.ts';
import { primaryLanguage } from './language.ts';
import { letGoOfRecording } from './retention.ts';
import { storageKeyOf } from './stored-audio.ts';
import { type Attempt, TryAgainLater } from './work.ts';

/** The transcription endpoint takes 25 MiB at most. */
const maxTranscribedBytes = 25 * 1024 * 1024;
const maxAttempts = 5;

/**
 * Transcribes a pending answer; one that is not pending is left alone. A failing upstream leaves the recording safe and
 * the answer pending, to be tried again later, or failed for good after five attempts. Throws `TryAgainLater`, and
 * whatever the signal aborted with.
 */
export async function transcribeAnswer(deps: InterviewDeps, answerId: string, { signal }: Attempt): Promise<void> {
  const { prisma } = deps.db;
  const [answer] = await prisma.answer.updateManyAndReturn({
    where: { id: answerId, transcriptState: 'pending' },
    data: { attempts: { increment: 1 }, failure: null },
    select: { attempts: true },
  });
  if (!answer) return;
  try {
    // Counted when they begin: a recording that ends the server each time is given up as well.
    if (answer.attempts > maxAttempts) throw new Error('a server ended at each attempt');
    await hear(deps, answerId, signal);
  } catch (error) {
    // Nothing was tried: the server stopped in order, or the upstream was known not to work.
    if (signal.aborted || wasNotAsked(error)) await uncount(deps, answerId);
    signal.throwIfAborted();
    await postpone(deps, answerId, error, wasNotAsked(error) ? 0 : answer.attempts);
  } finally {
    deps.changes.touch(`answer:${answerId}`);
  }
}

async function hear(deps: InterviewDeps, answerId: string, stopping: AbortSignal): Promise<void> {
  const { db, storage } = deps;
  const answer = await db.prisma.answer.findUnique({
    where: { id: answerId },
    include: { audio: true, question: { include: { session: true } } },
  });
  if (!answer) return;
  if (!answer.audio) throw new DomainError('gone', 'This recording was deleted.');
  const { audio } = answer;
  const { session } = answer.question;
  using kept = whileKept(deps, session.id);
  const signal = AbortSignal.any([stopping, kept.signal]);
  const key = storageKeyOf(audio);
  await using local = await storage.local(key);
  const request = {
    durationMs: audio.durationMs,
    language: primaryLanguage(session.language),
    prompt: answer.question.text.slice(0, 800),
    signal,
  };
  const transcript = await transcribeFile(deps, { ...audio, path: local.path, fileName: basename(key) }, request);
  const text = transcript.text.trim();
  const words = text
    ? await timedWords(deps, transcript, { path: local.path, durationMs: audio.durationMs, signal })
    : [];
  await db.prisma.$transaction([
    db.prisma.answer.updateMany({
      where: { id: answerId, transcriptState: 'pending' },
      data: {
        transcriptState: text ? 'done' : 'no_speech',
        transcript: text || null,
        confidence: transcript.confidence,
        words: words.map((word) => ({ ...word })),
        transcribedBy: transcript.model,
        failure: text ? null : 'No words were recognised in this recording. Record it again, or type the answer.',
      },
    }),
    db.prisma.usage.create({
      data: {
        userId: session.userId,
        sessionId: session.id,
        capability: 'transcribe',
        model: transcript.model,
        audioMs: audio.durationMs,
      },
    }),
  ]);
  deps.allowance.consumed(session.userId, { audioMs: audio.durationMs });
  await letGoOfRecording(deps, answerId);
}

type File = Pick<TranscribeRequest, 'fileName' | 'mimeType' | 'bytes'> & { path: string };

export const mustShrink = (file: Pick<File, 'bytes' | 'mimeType'>) =>
  file.bytes > maxTranscribedBytes || file.mimeType.startsWith('video/');

/** What is too large, or is a video, goes upstream as speech-grade audio made for the purpose. */
export async function transcribeFile(
  { transcriber }: Pick<InterviewDeps, 'transcriber'>,
  file: File,
  request: Omit<TranscribeRequest, keyof File | 'open'>,
): Promise<Transcript> {
  const send = ({ path, ...rest }: File) =>
    transcriber.transcribe({ ...request, ...rest, open: async () => createReadStream(path) });
  if (!mustShrink(file)) return send(file);
  const shrunk = await shrinkForTranscription(file.path, { signal: request.signal });
  try {
    return await send(shrunk);
  } finally {
    await shrunk.dispose();
  }
}

/** The model's own timings, else estimated from where there is voice; a transcript is worth more than its timings. */
async function timedWords(
  { log }: InterviewDeps,
  { text, words }: Transcript,
  file: { path: string; durationMs: number; signal: AbortSignal },
): Promise<TimedWord[]> {
  if (words.length > 0) return words;
  const voice = await findSpeech(file.path, { signal: file.signal }).catch((error: unknown) => {
    file.signal.throwIfAborted();
    log.warn({ err: error }, 'voice activity was not found; words are spread over the whole recording');
    return [];
  });
  return spreadWords(text, voice, file.durationMs);
}

/** Trying again by ourselves would change nothing. */
const finalAdvice: Partial<Record<ErrorCode, string>> = {
  gone: 'Record the answer again.',
  upstream_refused: 'The recording is safe.',
};

async function postpone(deps: InterviewDeps, answerId: string, error: unknown, attempts: number): Promise<void> {
  deps.log.warn({ err: error, answerId }, 'an answer could not be transcribed yet');
  const reason = error instanceof DomainError ? error.message : 'The recording could not be transcribed.';
  const advice = error instanceof DomainError ? finalAdvice[error.code] : undefined;
  const given = advice ?? (attempts >= maxAttempts ? 'The recording is safe: retry, or type the answer.' : undefined);
  const { count } = await deps.db.prisma.answer.updateMany({
    where: { id: answerId, transcriptState: 'pending' },
    data: given
      ? { transcriptState: 'failed', failure: `${reason} ${given}` }
      : { failure: `${reason} The recording is safe and will be tried again.` },
  });
  // One that was deleted meanwhile needs no other try.
  if (!given && count > 0) throw new TryAgainLater();
}

async function uncount({ db }: InterviewDeps, answerId: string): Promise<void> {
  await db.prisma.answer.updateMany({
    where: { id: answerId, transcriptState: 'pending', attempts: { gt: 0 } },
    data: { attempts: { decrement: 1 } },
  });
}
