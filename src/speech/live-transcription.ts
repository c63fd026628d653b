import { DomainError } from '../errors.ts';
import type { RealtimeConnection } from '../models/realtime-connection.ts';
import { realtimeProblem } from '../models/realtime-errors.ts';
import type { RealtimeServerEvent } from '../models/realtime-events.ts';
import { type Upstream, upstreamError } from '../models/upstream-errors.ts';
import type { LiveTranscription, LiveWords } from './live-transcriber.ts';
import { type HearingUsage, voicePcm } from './voice-model.ts';

type Completed = Extract<RealtimeServerEvent, { type: 'conversation.item.input_audio_transcription.completed' }>;

interface Open {
  model: string;
  upstream: Upstream;
  /** Whether the upstream tells when somebody speaks. */
  findsPauses: boolean;
  saysNothing(transcript: string): boolean;
}

/** A stretch of what was said, from one commit to the next. */
interface Stretch {
  text: string;
  /** Of everything that was heard, how much had been by its end; null until it is known. */
  endMs: number | null;
  settled: boolean;
  /** Nobody spoke in it: whatever a model makes of it was not said. */
  silent: boolean;
}

const joined = (stretches: Stretch[]) =>
  stretches
    .map(({ text }) => text.trim())
    .filter(Boolean)
    .join(' ');

/** A configured transcription session as one listener. */
export function liveTranscriptionOver(connection: RealtimeConnection, open: Open): LiveTranscription {
  const { model, upstream } = open;
  /** Those that are committed, in order. Words of one that is not come before it is. */
  const committed: Stretch[] = [];
  const stretches = new Map<string, Stretch>();
  const pauses = new Map<string, number>();
  const early: LiveWords[] = [];
  let tell = (words: LiveWords): void => void early.push(words);
  let heardBytes = 0;
  let half: Uint8Array = new Uint8Array();
  let speaking = false;
  let finished: PromiseWithResolvers<string> | null = null;
  let lastCommitted = false;
  let leaving = false;
  let failure: DomainError | null = null;
  let lastTold = '';

  const stretchOf = (itemId: string): Stretch => {
    const known = stretches.get(itemId) ?? { text: '', endMs: null, settled: false, silent: false };
    stretches.set(itemId, known);
    return known;
  };
  /** Those of a stretch that is still being spoken follow those that are committed. */
  const text = () => joined([...committed, ...[...stretches.values()].filter((each) => !committed.includes(each))]);

  const add = (itemId: string, delta: string) => {
    const stretch = stretchOf(itemId);
    if (stretch.silent || !delta) return;
    const begins = lastTold !== '' && lastTold !== itemId;
    lastTold = itemId;
    stretch.text += delta;
    tell({ type: 'delta', text: begins && !/^\s/.test(delta) ? ` ${delta}` : delta });
  };

  const commit = (itemId: string) => {
    const stretch = stretchOf(itemId);
    const pausedMs = pauses.get(itemId);
    stretch.endMs = pausedMs ?? heardBytes / voicePcm.bytesPerMs;
    if (pausedMs === undefined) {
      // Committed by hand: everything there is.
      lastCommitted = true;
      stretch.silent = open.findsPauses && !speaking;
    }
    committed.push(stretch);
  };

  const complete = (event: Completed) => {
    const stretch = stretchOf(event.item_id);
    const usage = usageOf(event, model);
    if (usage) tell({ type: 'used', usage });
    if (open.saysNothing(event.transcript) && !stretch.silent) return fail(cannotHear());
    if (!stretch.text) add(event.item_id, event.transcript);
    if (!stretch.silent) stretch.text = event.transcript;
    stretch.settled = true;
    const unsettled = committed.findIndex((each) => !each.settled);
    const all = unsettled < 0 ? committed : committed.slice(0, unsettled);
    const last = all.at(-1);
    if (last && last.endMs !== null) tell({ type: 'settled', text: joined(all), heardMs: Math.floor(last.endMs) });
  };

  const fail = (error: DomainError) => {
    failure ??= error;
    connection.close();
  };

  connection.receive(({ event }) => {
    if (failure) return;
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        speaking = true;
        break;
      case 'input_audio_buffer.speech_stopped':
        speaking = false;
        pauses.set(event.item_id, event.audio_end_ms);
        break;
      case 'input_audio_buffer.committed':
        commit(event.item_id);
        break;
      case 'conversation.item.input_audio_transcription.delta':
        add(event.item_id, event.delta);
        break;
      case 'conversation.item.input_audio_transcription.completed':
        complete(event);
        break;
      case 'conversation.item.input_audio_transcription.failed':
        fail(upstreamError(realtimeProblem(event.error), upstream));
        break;
      case 'error':
        // There was too little left to hear.
        if (finished && event.error.code === 'input_audio_buffer_commit_empty') lastCommitted = true;
        else fail(upstreamError(realtimeProblem(event.error), upstream));
    }
    if (lastCommitted && committed.every(({ settled }) => settled)) finished?.resolve(joined(committed));
  });

  const closed = connection.closed.then(({ error }) => {
    if (leaving && !failure) return null;
    return failure ?? upstreamError(error ?? new TypeError('terminated'), upstream);
  });

  return {
    model,
    closed,
    get text() {
      return text();
    },
    receive(listener) {
      tell = listener;
      for (const words of early.splice(0)) listener(words);
    },
    hear(pcm) {
      heardBytes += pcm.length;
      const whole = half.length > 0 ? Buffer.concat([half, pcm]) : pcm;
      const even = whole.length & ~1;
      half = whole.slice(even);
      const { buffer, byteOffset } = whole;
      const audio = Buffer.from(buffer, byteOffset, even).toString('base64');
      if (audio) connection.send({ type: 'input_audio_buffer.append', audio });
    },
    get bufferedBytes() {
      return connection.bufferedBytes;
    },
    async finish() {
      if (!finished) {
        finished = Promise.withResolvers<string>();
        connection.send({ type: 'input_audio_buffer.commit' });
      }
      const broken = closed.then((error) => {
        throw error ?? new DomainError('unavailable', 'Nobody listens any more.');
      });
      // It is heard of below, or too late to matter.
      broken.catch(() => {});
      const whole = await Promise.race([finished.promise, broken]);
      leaving = true;
      connection.close();
      return whole;
    },
    close() {
      leaving = true;
      connection.close();
    },
  };
}

function usageOf({ usage }: Completed, model: string): HearingUsage | null {
  if (!usage) return null;
  if ('seconds' in usage) return { model, audioMs: Math.round(usage.seconds * 1_000), inputTokens: 0, outputTokens: 0 };
  return { model, audioMs: 0, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
}

const cannotHear = () =>
  new DomainError(
    'upstream_refused',
    'This is the offline demo, which cannot recognise human speech. Connect OpenAI, or type your answer.',
  );
