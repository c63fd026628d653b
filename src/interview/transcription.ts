import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { DomainError, type ErrorCode } from '../errors.ts';
import { shrinkForTranscription } from '../speech/shrink.ts';
import type { TimedWord, TranscribeRequest, Transcript } from '../speech/transcriber.ts';
import { findSpeech } from '../speech/voice-activity.ts';
import { spreadWords } from '../speech/word-timing.ts';
import type { InterviewDeps } from './context.ts';
import { primaryLanguage } from './language.ts';
import { storageKeyOf } from './stored-audio.ts';

/** The transcription endpoint takes 25 MiB at most. */
const maxTranscribedBytes = 25 * 1024 * 1024;
const maxAttempts = 5;
/** Whoever transcribes holds the answer this long and renews it; one that died gives it up by then. */
const leaseMs = 30_000;

const backoffMs = (attempt: number) => Math.min(60_000, 2_000 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);

/**
 * Transcribes a pending answer. Whoever gets the lease does the work; a failing upstream leaves the recording safe and
 * the answer pending, to be tried again later, or failed for good after five attempts.
 */
export async function transcribeAnswer(deps: InterviewDeps, answerId: string, signal: AbortSignal): Promise<void> {
  const { prisma } = deps.db;
  const pending = { id: answerId, transcriptState: 'pending' as const };
  const fromNow = () => new Date(Date.now() + leaseMs);
  const { count } = await prisma.answer.updateMany({
    where: { ...pending, OR: [{ leaseUntil: null }, { leaseUntil: { lt: new Date() } }] },
    data: { leaseUntil: fromNow(), attempts: { increment: 1 }, failure: null },
  });
  if (count === 0) return;
  const renew = setInterval(() => {
    prisma.answer
      .updateMany({ where: pending, data: { leaseUntil: fromNow() } })
      .catch((error: unknown) => deps.log.warn({ err: error, answerId }, 'a transcription lease was not renewed'));
  }, leaseMs / 3);
  try {
    await hear(deps, answerId, signal);
  } catch (error) {
    await postpone(deps, answerId, error, signal.aborted);
  } finally {
    clearInterval(renew);
  }
  deps.changes.touch(`answer:${answerId}`);
}

async function hear(deps: InterviewDeps, answerId: string, signal: AbortSignal): Promise<void> {
  const { db, storage } = deps;
  const answer = await db.prisma.answer.findUnique({
    where: { id: answerId },
    include: { audio: true, question: { include: { session: true } } },
  });
  if (!answer) return;
  if (!answer.audio) throw new DomainError('gone', 'This recording was deleted.');
  const { audio } = answer;
  const { session } = answer.question;
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
  await db.prisma.answer.updateMany({
    where: { id: answerId, transcriptState: 'pending' },
    data: {
      transcriptState: text ? 'done' : 'no_speech',
      transcript: text || null,
      confidence: transcript.confidence,
      words: words.map((word) => ({ ...word })),
      transcribedBy: transcript.model,
      failure: text ? null : 'No words were recognised in this recording. Record it again, or type the answer.',
      leaseUntil: null,
    },
  });
  await db.prisma.usage.create({
    data: {
      userId: session.userId,
      sessionId: session.id,
      capability: 'transcribe',
      model: transcript.model,
      audioMs: audio.durationMs,
    },
  });
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

async function postpone(deps: InterviewDeps, answerId: string, error: unknown, stopping: boolean): Promise<void> {
  const { prisma } = deps.db;
  if (stopping) {
    await prisma.answer.updateMany({ where: { id: answerId, transcriptState: 'pending' }, data: { leaseUntil: null } });
    return;
  }
  deps.log.warn({ err: error, answerId }, 'an answer could not be transcribed yet');
  const reason = error instanceof DomainError ? error.message : 'The recording could not be transcribed.';
  const answer = await prisma.answer.findUnique({ where: { id: answerId }, select: { attempts: true } });
  if (!answer) return;
  const { attempts } = answer;
  const advice = error instanceof DomainError ? finalAdvice[error.code] : undefined;
  if (advice || attempts >= maxAttempts) {
    const failure = `${reason} ${advice ?? 'The recording is safe: retry, or type the answer.'}`;
    await prisma.answer.updateMany({
      where: { id: answerId, transcriptState: 'pending' },
      data: { transcriptState: 'failed', failure, leaseUntil: null },
    });
    return;
  }
  await prisma.answer.updateMany({
    where: { id: answerId, transcriptState: 'pending' },
    data: {
      failure: `${reason} The recording is safe and will be tried again.`,
      leaseUntil: new Date(Date.now() + backoffMs(attempts)),
    },
  });
}
