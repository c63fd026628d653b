import { asDomainError, DomainError } from '../../errors.ts';
import type { ChatMessage } from '../../llm/chat-model.ts';
import { encodeMp3 } from '../../speech/mp3-encoder.ts';
import type { TurnDeadlines } from '../context.ts';
import { beginReply, type SpokenReply } from '../reply.ts';
import { mark, type RunningTurn } from '../running-turn.ts';
import { createTelling, type Telling } from '../telling.ts';
import type { Reply } from '../turn.ts';
import type { ReplyEvent, ReplySource } from './reply-source.ts';

/** Replies through a session that speaks by itself: its sound is stored as it comes, like any other reply's. */
export function replyOverVoice(source: ReplySource): Reply {
  return async (turn, messages) => {
    const spoken = beginReply(turn, 'realtime');
    const sound = createSound(turn, spoken);
    const told = createTelling((text) => turn.publish({ type: 'reply-delta', text }));
    try {
      const events = source.request(instructionsOf(messages), turn.signal);
      for await (const event of timely(events, turn.deps.deadlines)) take(event, turn, spoken, { sound, told });
      told.flush();
      turn.publish({ type: 'reply-end', messageId: spoken.messageId, text: spoken.text });
    } catch (error) {
      source.stop();
      told.flush();
      spoken.error = turn.signal.aborted ? turn.signal.reason : error;
      spoken.partial = true;
    }
    spoken.model = source.model();
    await sound.finish();
    return spoken;
  };
}

/** One reply's instructions stand for the session's, which has heard the conversation itself: rules, brief, direction. */
function instructionsOf(messages: ChatMessage[]): string {
  const [rules, brief] = messages;
  return [rules, brief, messages.at(-1)].map((message) => message?.content).join('\n\n');
}

function take(
  event: ReplyEvent,
  turn: RunningTurn,
  spoken: SpokenReply,
  { sound, told }: { sound: Sound; told: Telling },
): void {
  switch (event.type) {
    case 'reply-text':
      mark(turn, 'firstTokenMs');
      mark(turn, 'firstPieceMs');
      spoken.text += event.delta;
      told.add(event.delta);
      break;
    case 'reply-audio':
      mark(turn, 'firstAudioMs');
      sound.add(event.pcm);
      break;
    case 'reply-ended':
      spoken.usage = event.usage;
      if (event.error) throw event.error;
      if (!spoken.text) throw new DomainError('upstream_refused', 'The model gave no reply. Say it again.');
      break;
    default:
  }
}

interface Sound {
  add(pcm: Uint8Array): void;
  /** Resolves once all of it is in the reply's file. */
  finish(): Promise<void>;
}

function createSound(turn: RunningTurn, spoken: SpokenReply): Sound {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({}, { highWaterMark: Infinity });
  const writer = writable.getWriter();
  let recording: Promise<unknown> | null = null;
  const fail = (error: unknown) => {
    spoken.partial = true;
    spoken.unspoken ??= asDomainError(error);
    turn.deps.log.warn({ err: error, turnId: turn.id }, 'the sound of a reply could not be stored');
  };
  return {
    add(pcm) {
      recording ??= spoken.recorder.add(encodeMp3(readable)).catch(fail);
      // A reader that has given up was told of by `fail`.
      writer.write(pcm).catch(() => undefined);
    },
    async finish() {
      if (recording) {
        await writer.close().catch(() => undefined);
        await recording;
      } else if (!spoken.error) {
        spoken.unspoken = new DomainError('upstream_failed', 'The reply came without sound; read it, and go on.');
        spoken.partial = true;
      }
      spoken.pieces.push({ text: spoken.text, startMs: 0, endMs: spoken.recorder.durationMs });
    },
  };
}

/** Time to the first event and from one to the next. */
async function* timely(events: AsyncIterable<ReplyEvent>, deadlines: TurnDeadlines): AsyncGenerator<ReplyEvent> {
  const iterator = events[Symbol.asyncIterator]();
  for (let deadlineMs = deadlines.firstTokenMs; ; deadlineMs = deadlines.tokenToTokenMs) {
    const overdue = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      overdue.reject(new DomainError('upstream_timeout', 'The reply took too long. Say it again.'));
    }, deadlineMs);
    try {
      const next = await Promise.race([iterator.next(), overdue.promise]);
      if (next.done) return;
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}
