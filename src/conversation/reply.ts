import { randomUUIDv7 } from 'node:crypto';
import { asDomainError, DomainError } from '../errors.ts';
import type { ChatMessage, TextStream, TokenUsage } from '../llm/chat-model.ts';
import type { Speech } from '../speech/speaker.ts';
import { voiceSchema } from '../speech/voices.ts';
import { speakablePieces } from './clauses.ts';
import type { TimedPiece } from './heard.ts';
import type { ReplyRecorder } from './reply-audio.ts';
import { mark, type RunningTurn } from './running-turn.ts';
import { speakAhead } from './speak-ahead.ts';
import { speakable } from './speakable.ts';
import { createTelling } from './telling.ts';

const style = 'Speak like a friendly, professional interviewer in conversation: warm, unhurried, natural.';
const maxReplyTokens = 300;

/** What became of a reply: all of it, or what there was when it ended early. */
export interface SpokenReply {
  messageId: string;
  audioId: string;
  text: string;
  pieces: TimedPiece[];
  /** A sentence is missing from the audio, or it ends early. */
  partial: boolean;
  /** Why it ended early; null when it did not. */
  error: unknown;
  /** Why nothing of it could be spoken; null when something was. The text stands all the same. */
  unspoken: DomainError | null;
  /** What gave the text: a chat model, or a Realtime session that spoke it too. */
  capability: 'chat' | 'realtime';
  /** Null until they answered. */
  model: string | null;
  speechModel: string | null;
  usage: TokenUsage;
  recorder: ReplyRecorder;
}

/** Begins the reply's audio, which can be heard from now on, and tells of it. */
export function beginReply(turn: RunningTurn, capability: SpokenReply['capability']): SpokenReply {
  const audioId = randomUUIDv7();
  const messageId = randomUUIDv7();
  const recorder = turn.deps.replies.begin(audioId);
  turn.audioId = audioId;
  turn.publish({ type: 'reply-started', messageId, audioUrl: `/audio/${audioId}` });
  return {
    messageId,
    audioId,
    text: '',
    pieces: [],
    partial: false,
    error: null,
    unspoken: null,
    capability,
    model: null,
    speechModel: null,
    usage: { inputTokens: 0, outputTokens: 0 },
    recorder,
  };
}

/** Generates the reply and speaks it, clause by clause, into one audio file that can be heard from the first of them. */
export async function speakReply(turn: RunningTurn, messages: ChatMessage[]): Promise<SpokenReply> {
  const spoken = beginReply(turn, 'chat');
  try {
    const { chat, deadlines } = turn.deps;
    const stream = await chat.stream({ messages, maxTokens: maxReplyTokens, deadlines, signal: turn.signal });
    spoken.model = stream.model;
    const words = readAhead(turn, spoken, stream);
    await speak(turn, spoken, words);
  } catch (error) {
    spoken.error = turn.signal.aborted ? turn.signal.reason : error;
    spoken.partial = true;
  }
  return spoken;
}

/** Publishes the text as fast as it comes, whatever the speed of the speech that is made of it. */
function readAhead(turn: RunningTurn, spoken: SpokenReply, stream: TextStream): ReadableStream<string> {
  const told = createTelling((text) => turn.publish({ type: 'reply-delta', text }));
  return new ReadableStream<string>({
    async start(queue) {
      try {
        for await (const delta of stream.deltas) {
          mark(turn, 'firstTokenMs');
          spoken.text += delta;
          told.add(delta);
          queue.enqueue(delta);
        }
        spoken.usage = stream.usage();
        told.flush();
        turn.publish({ type: 'reply-end', messageId: spoken.messageId, text: spoken.text });
        queue.close();
      } catch (error) {
        told.flush();
        queue.error(error);
      }
    },
  });
}

/** One sentence that cannot be spoken never costs the others, nor the text. */
async function speak(turn: RunningTurn, spoken: SpokenReply, words: ReadableStream<string>): Promise<void> {
  const { deps, session, signal } = turn;
  const synthesise = async (text: string, cancelled: AbortSignal): Promise<Speech> => {
    mark(turn, 'firstPieceMs');
    const { voice, language } = session;
    const speech = await deps.speaker.speak({
      text: speakable(text),
      voice: voiceSchema.parse(voice),
      language,
      style,
      firstAudioMs: deps.deadlines.firstAudioMs,
      signal: cancelled,
    });
    spoken.speechModel = speech.model;
    return speech;
  };
  const { language } = session;
  const pieces = sayable(speakablePieces(words, { language, firstClause: deps.firstPiece === 'clause', tokens: true }));
  let failure: DomainError | null = null;
  for await (const piece of speakAhead(pieces, synthesise, { signal })) {
    const startMs = spoken.recorder.durationMs;
    try {
      if (!piece.audio) throw piece.error ?? new DomainError('upstream_failed', 'A sentence could not be spoken.');
      await spoken.recorder.add(marking(turn, piece.audio));
    } catch (error) {
      signal.throwIfAborted();
      spoken.partial = true;
      failure = asDomainError(error);
      deps.log.warn({ err: error, turnId: turn.id }, 'a sentence of a reply could not be spoken');
    } finally {
      spoken.pieces.push({ text: piece.text, startMs, endMs: spoken.recorder.durationMs });
    }
  }
  if (failure && spoken.recorder.bytes === 0) spoken.unspoken = unspoken(failure);
}

/** The candidate can read the reply, and go on from it. */
function unspoken(cause: DomainError): DomainError {
  return new DomainError(cause.code, `The reply could not be spoken; read it, and go on. ${cause.message}`, { cause });
}

async function* marking(turn: RunningTurn, audio: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of audio) {
    mark(turn, 'firstAudioMs');
    yield chunk;
  }
}

/** Emoji alone, or a line across: nothing that could be said. */
async function* sayable(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of pieces) if (speakable(piece)) yield piece;
}
