import { randomUUIDv7 } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { asDomainError, DomainError } from '../errors.ts';
import { primaryLanguage } from '../interview/language.ts';
import { transcribeFile } from '../interview/transcription.ts';
import { hasSpeech, inspectRecording } from '../speech/recording.ts';
import type { Voice } from '../speech/voices.ts';
import type { AudioKey, StagedAudio } from '../storage/audio-storage.ts';
import type { Assistant } from './assistant.ts';
import type { ConversationCaller } from './context.ts';
import { isTerminal, type TurnEvent } from './events.ts';
import { sayAloud } from './turns.ts';

export interface AudioMessageReply {
  transcript: string;
  reply: string;
  /** Null when the reply could not be spoken. */
  audioUrl: string | null;
  /** The turn of the interview that it was. */
  turnId: string | null;
}

interface Judged {
  staged: StagedAudio;
  durationMs: number;
  mimeType: string;
  fileName: string;
}

/** One thing said at once: longer than anybody speaks without a pause. */
const maxDurationMs = 10 * 60_000;
/** Speech of at most this many bytes: 4096 characters are under five minutes. */
const maxSpeechBytes = 20_000_000;
const maxSpokenCharacters = 4_096;

/**
 * Says one thing in an interview, and waits for the interviewer's reply. Throws what `sayAloud` throws, and why the turn
 * failed. The turn goes on when the caller leaves. The recording is stored, which needs consent.
 */
export async function sayInInterview(
  caller: ConversationCaller,
  sessionId: string,
  recording: StagedAudio,
): Promise<AudioMessageReply> {
  const { staged, fileName, mimeType } = await judge(caller, recording);
  // Its events have greater ids: see `EventLog`.
  const before = Date.now() * 4096 - 1;
  try {
    const { turnId } = await sayAloud(caller, sessionId, async (through) => {
      const bytes: AsyncIterable<Uint8Array> = createReadStream(staged.path);
      for await (const _ of through({ fileName, mimeType, bytes })) {
        // It is on disk already: only the transcriber listens.
      }
      return staged;
    });
    return replyOf(turnId, await eventsOf(caller, sessionId, turnId, before));
  } finally {
    await staged.discard();
  }
}

async function eventsOf({ deps, signal }: ConversationCaller, sessionId: string, turnId: string, after: number) {
  const told: TurnEvent[] = [];
  const overdue = AbortSignal.timeout(deps.deadlines.turnMs + 10_000);
  const ended = signal ? AbortSignal.any([signal, overdue]) : overdue;
  for await (const { event } of deps.events.follow(sessionId, after, ended)) {
    if (event.turnId !== turnId) continue;
    told.push(event);
    if (!isTerminal(event)) continue;
    // Whoever is answered may ask for what is stored at once.
    const turn = deps.live.ofSession(sessionId);
    if (turn?.id === turnId) await turn.ended;
    return told;
  }
  throw new DomainError(
    'upstream_timeout',
    'The reply takes too long. It is stored with the interview once it is there.',
  );
}

function replyOf(turnId: string, events: TurnEvent[]): AudioMessageReply {
  const spoken: AudioMessageReply = { transcript: '', reply: '', audioUrl: null, turnId };
  let failure: DomainError | null = null;
  let unspoken = false;
  for (const event of events) {
    if (event.type === 'transcript-end') spoken.transcript = event.text;
    if (event.type === 'reply-started') spoken.audioUrl = event.audioUrl;
    if (event.type === 'reply-end') spoken.reply = event.text;
    if (event.type === 'turn-failed') failure = new DomainError(event.code, event.message);
    if (event.type === 'turn-failed' && event.stage === 'speech') unspoken = true;
    if (event.type === 'turn-interrupted') failure = new DomainError('conflict', 'This turn was interrupted.');
  }
  // A reply that was written whole is a reply, spoken or not.
  if (failure && !(spoken.reply && unspoken)) throw failure;
  return unspoken ? { ...spoken, audioUrl: null } : spoken;
}

/**
 * Says one thing to the assistant of brief 3, who replies aloud. The recording is not kept, its words and the spoken
 * reply are. Throws the refusals of an upload, `no_speech`, `upstream_*`, `unavailable` and `rate_limited`.
 */
export async function sayToAssistant(
  caller: ConversationCaller,
  assistant: Assistant,
  { recording, language, voice }: { recording: StagedAudio; language: string; voice: Voice },
): Promise<AudioMessageReply> {
  const judged = await judge(caller, recording);
  try {
    await caller.deps.allowance.require(caller.userId);
    const transcript = await transcribe(caller, judged, language);
    const reply = await assistant.ask({ userId: caller.userId }, transcript);
    const audioUrl = await speak(caller, { text: reply, language, voice });
    return { transcript, reply, audioUrl, turnId: null };
  } finally {
    await judged.staged.discard();
  }
}

/** By its bytes, before anything is asked of a model. Leaves nothing of what is refused. */
async function judge({ deps, signal }: ConversationCaller, staged: StagedAudio): Promise<Judged> {
  const heard = { ...(signal && { signal }) };
  try {
    const { formats, maxRecordingMs } = deps.limits;
    const limits = { formats, maxDurationMs: Math.min(maxDurationMs, maxRecordingMs) };
    const { durationMs, mimeType, format } = await inspectRecording(staged.path, { ...limits, ...heard });
    if (!(await hasSpeech(staged.path, heard))) throw noSpeech();
    return { staged, durationMs, mimeType, fileName: `message.${format}` };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function transcribe({ deps, userId, signal }: ConversationCaller, judged: Judged, language: string) {
  const { staged, durationMs, mimeType, fileName } = judged;
  const file = { path: staged.path, bytes: staged.bytes, mimeType, fileName };
  const request = { durationMs, language: primaryLanguage(language), ...(signal && { signal }) };
  const { text, model } = await transcribeFile(deps, file, request);
  deps.allowance.consumed(userId, { audioMs: durationMs });
  await deps.db.prisma.usage.create({ data: { userId, capability: 'transcribe', model, audioMs: durationMs } });
  if (!text.trim()) throw noSpeech();
  return text.trim();
}

const noSpeech = () =>
  new DomainError('no_speech', 'No speech was found in this recording. Check the microphone and say it again.');

/** The reply's address, or null: in writing it is worth something as well. */
async function speak(
  { deps, userId, signal }: ConversationCaller,
  { text, language, voice }: { text: string; language: string; voice: Voice },
): Promise<string | null> {
  const heard = { ...(signal && { signal }) };
  const asked = { text: text.slice(0, maxSpokenCharacters), voice, language };
  let staged: StagedAudio | undefined;
  try {
    const { body, model, mimeType } = await deps.speaker.speak({ ...asked, ...heard });
    staged = await deps.storage.stage(body, { maxBytes: maxSpeechBytes, ...heard });
    const { durationMs } = await inspectRecording(staged.path, { formats: ['mp3'], maxDurationMs: 600_000 });
    const id = randomUUIDv7();
    const storageKey: AudioKey = `replies/${id}.mp3`;
    await staged.commit(storageKey);
    const { bytes, sha256 } = staged;
    const file = { id, kind: 'reply' as const, userId, storageKey, mimeType, bytes, sha256, durationMs };
    const spoken = { userId, capability: 'speak', model, characters: asked.text.length, audioMs: durationMs };
    await deps.db.prisma.$transaction([
      deps.db.prisma.audioFile.create({ data: file }),
      deps.db.prisma.usage.create({ data: spoken }),
    ]);
    return `/audio/${id}`;
  } catch (error) {
    deps.log.warn({ err: error, code: asDomainError(error).code }, 'a reply could not be spoken');
    return null;
  } finally {
    await staged?.discard();
  }
}
