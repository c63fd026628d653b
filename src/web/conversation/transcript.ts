import type { Latency, TurnEvent } from '../../conversation/events.ts';

/** One turn as it is shown: what was said, and what came back. */
export interface Exchange {
  turnId: string;
  by: Extract<TurnEvent, { type: 'turn-started' }>['by'];
  state: 'running' | 'ended' | 'interrupted' | 'failed';
  /** The candidate's words; null when the interviewer opened, or nothing was understood yet. */
  said: { messageId: string | null; text: string } | null;
  reply: { messageId: string; audioUrl: string; text: string; complete: boolean } | null;
  /** What was heard of a reply that was interrupted; null where all of it was, or nobody told. */
  heardText: string | null;
  failure: Omit<Extract<TurnEvent, { type: 'turn-failed' }>, 'type' | 'turnId'> | null;
  latency: Latency | null;
}

export interface Transcript {
  /** Of the last event that is in it. */
  lastId: number;
  exchanges: readonly Exchange[];
  /** The interviewer has taken leave. */
  over: boolean;
}

export const emptyTranscript: Transcript = { lastId: 0, exchanges: [], over: false };

/** Adds an event. One that is in it already changes nothing, so a replay may overlap. */
export function addEvent(transcript: Transcript, id: number, event: TurnEvent): Transcript {
  if (id <= transcript.lastId) return transcript;
  const over = transcript.over || (event.type === 'turn-ended' && event.interviewOver);
  if (event.type === 'turn-started') {
    const { turnId, by } = event;
    const started: Exchange = {
      turnId,
      by,
      state: 'running',
      said: null,
      reply: null,
      heardText: null,
      failure: null,
      latency: null,
    };
    return { lastId: id, exchanges: [...transcript.exchanges, started], over };
  }
  const exchanges = transcript.exchanges
    .map((exchange) => (exchange.turnId === event.turnId ? withEvent(exchange, event) : withoutMoved(exchange, event)))
    .filter((exchange) => exchange !== null);
  return { lastId: id, exchanges, over };
}

/** Words that are tried again belong to the new turn: the one that failed has nothing more to show. */
function withoutMoved(exchange: Exchange, event: TurnEvent): Exchange | null {
  const moved = event.type === 'transcript-end' && exchange.said?.messageId === event.messageId;
  if (!moved) return exchange;
  return exchange.reply?.text ? { ...exchange, said: null, failure: null } : null;
}

function withEvent(exchange: Exchange, event: TurnEvent): Exchange {
  switch (event.type) {
    case 'transcript-delta':
      return { ...exchange, said: { messageId: null, text: (exchange.said?.text ?? '') + event.text } };
    case 'transcript-end':
      return { ...exchange, said: { messageId: event.messageId, text: event.text } };
    case 'reply-started': {
      const { messageId, audioUrl } = event;
      return { ...exchange, reply: { messageId, audioUrl, text: '', complete: false } };
    }
    case 'reply-delta':
      return exchange.reply
        ? { ...exchange, reply: { ...exchange.reply, text: exchange.reply.text + event.text } }
        : exchange;
    case 'reply-end':
      return exchange.reply
        ? { ...exchange, reply: { ...exchange.reply, text: event.text, complete: true } }
        : exchange;
    case 'turn-ended':
      return { ...exchange, state: 'ended', latency: event.latency };
    case 'turn-interrupted':
      return { ...exchange, state: 'interrupted', heardText: event.heardText };
    case 'turn-failed': {
      const { stage, code, message, retryable } = event;
      return { ...exchange, state: 'failed', failure: { stage, code, message, retryable } };
    }
    default:
      return exchange;
  }
}
