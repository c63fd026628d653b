import { DomainError } from '../errors.ts';
import type { RealtimeConnection } from '../models/realtime-connection.ts';
import { upstreamError } from '../models/upstream-errors.ts';
import { turnDetection, undoing } from './voice-configuration.ts';
import { voiceEventOf } from './voice-events.ts';
import type { VoiceClosed, VoiceEvent, VoiceRequest, VoiceSession } from './voice-model.ts';

interface Open {
  model: string;
  /** The model that transcribes. */
  hears: string;
  host: string;
  request: VoiceRequest;
  /** Somebody else can change the session: the other end of a call. */
  shared: boolean;
  saysNothing: ((text: string) => boolean) | undefined;
}

/** Whoever goes on changing it is not answered for ever. */
const mostUndone = 100;

/** Words that say that there were none are no answer: they must not be scored as one. */
function unheard({ itemId }: { itemId: string }): VoiceEvent {
  const message = 'This recording could not be recognised, because no speech model is connected. Type your answer.';
  return { type: 'unheard', itemId, error: new DomainError('upstream_refused', message) };
}

/** A configured Realtime connection as a conversation. */
export function sessionOver(
  connection: RealtimeConnection,
  { model, hears, host, request, shared, saysNothing }: Open,
): VoiceSession {
  const upstream = { capability: 'realtime' as const, host };
  let expired = false;
  let leaving = false;
  const early: VoiceEvent[] = [];
  let tell = (event: VoiceEvent): void => void early.push(event);
  let undone = 0;
  connection.receive(({ event }) => {
    if (shared && event.type === 'session.updated' && undone < mostUndone) {
      const update = undoing(event.session, request);
      if (update) connection.send(update);
      undone += update ? 1 : 0;
    }
    if (event.type === 'error' && event.error.code === 'session_expired') expired = true;
    const told = voiceEventOf(event, upstream, hears);
    if (!told || expired) return;
    tell(told.type === 'heard' && saysNothing?.(told.text) ? unheard(told) : told);
  });
  return {
    model,
    receive(listener) {
      tell = listener;
      for (const event of early.splice(0)) listener(event);
    },
    hear: (pcm) => connection.send({ type: 'input_audio_buffer.append', audio: Buffer.from(pcm).toString('base64') }),
    commit: () => connection.send({ type: 'input_audio_buffer.commit' }),
    commitByHand() {
      const input = { turn_detection: turnDetection({ ...request, turns: 'committed' }) };
      connection.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
    },
    addText(text) {
      const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
      connection.send({ type: 'conversation.item.create', item });
    },
    reply: (instructions) =>
      connection.send({ type: 'response.create', ...(instructions && { response: { instructions } }) }),
    stopReply(heard) {
      connection.send({ type: 'response.cancel' });
      if (!heard) return;
      const { itemId, heardMs } = heard;
      const audio_end_ms = Math.max(0, Math.round(heardMs));
      connection.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms });
    },
    get bufferedBytes() {
      return connection.bufferedBytes;
    },
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    close() {
      leaving = true;
      connection.close();
    },
    closed: connection.closed.then(({ error, reason }): VoiceClosed => {
      if (leaving) return { why: 'closed', error: null };
      if (expired || /expired|maximum duration/i.test(reason)) return { why: 'expired', error: null };
      const cause = error ?? new TypeError('terminated');
      const lost = new DomainError('upstream_failed', `The connection to ${host} was lost. Say it again.`, { cause });
      return { why: 'lost', error: error ? upstreamError(error, upstream) : lost };
    }),
  };
}
