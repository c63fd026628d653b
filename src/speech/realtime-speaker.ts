import { CallCancelled, withDeadline } from '../models/deadline.ts';
import { hostOf } from '../models/model-server.ts';
import { realtimeVoice } from '../models/realtime-voices.ts';
import { InvalidReply, upstreamError } from '../models/upstream-errors.ts';
import { encodeMp3, prepareMp3Encoder } from './mp3-encoder.ts';
import { readAloud, sameWords } from './reading-aloud.ts';
import { createReadingSessions, type ReadingSession } from './realtime-sessions.ts';
import type { Speaker, SpeakRequest } from './speaker.ts';
import { type SpeakerOptions, type SpeechAttempt, speakerOf } from './speech-attempt.ts';

/** Keeps sessions open for the next text until it is closed. */
export interface RealtimeSpeech {
  attempt: SpeechAttempt;
  close(): void;
}

/** Speaks over Realtime alone: see `realtimeSpeech`. */
export function createRealtimeSpeaker(options: SpeakerOptions): Speaker & { close(): void } {
  const { attempt, close } = realtimeSpeech(options);
  return { ...speakerOf(attempt, options), close };
}

/**
 * Speaks over Realtime sessions, in MP3 that is encoded while the voice speaks. The body must be read or the request's
 * signal aborted, or else the session may stay open. What was spoken in other words is logged, by its length only.
 */
export function realtimeSpeech(options: SpeakerOptions): RealtimeSpeech {
  const { firstByteMs = 20_000 } = options.deadlines ?? {};
  const sessions = createReadingSessions(options.client, firstByteMs);

  const attempt: SpeechAttempt = (request, model, signal) =>
    withDeadline(firstByteMs, signal, async (bounded) => {
      // While the session opens.
      prepareMp3Encoder();
      const session = await sessions.take(model, realtimeVoice(request.voice), bounded);
      const speech = startSpeech(options, { request, model, session });
      const giveUp = () => speech.leave(bounded.reason);
      bounded.addEventListener('abort', giveUp, { once: true });
      if (bounded.aborted) giveUp();
      try {
        return { model, mimeType: 'audio/mpeg', body: speech.audio(await speech.first()), reworded: speech.reworded };
      } catch (error) {
        speech.leave(error);
        throw error;
      } finally {
        bounded.removeEventListener('abort', giveUp);
      }
    });

  return { attempt, close: sessions.close };
}

interface Commission {
  request: SpeakRequest;
  model: string;
  session: ReadingSession;
}

function startSpeech({ client, log, deadlines: { idleMs = 10_000 } = {} }: SpeakerOptions, commission: Commission) {
  const { request, model, session } = commission;
  const reading = readAloud(session.connection, request);
  const reworded = Promise.withResolvers<boolean | null>();
  const mp3 = encodeMp3(sound());
  let isOver = false;

  /** Whatever ends the speech before its end closes the session, at once. */
  function leave(reason: unknown): void {
    request.signal?.removeEventListener('abort', cancel);
    if (isOver) return;
    isOver = true;
    reading.stop(reason);
    session.connection.close();
    reworded.resolve(null);
  }

  const cancelled = () => new CallCancelled('cancelled by the caller', { cause: request.signal?.reason });
  function cancel(): void {
    leave(cancelled());
    // Nobody need be reading; who is gets the failure of the reading first.
    mp3.return(undefined).catch(() => undefined);
  }
  request.signal?.addEventListener('abort', cancel, { once: true });

  /** PCM as it comes. At its end the session is free for the next text. */
  async function* sound(): AsyncGenerator<Uint8Array> {
    try {
      // The first piece has the deadline of the attempt.
      let piece = await reading.next();
      if (!piece) throw new InvalidReply('no audio at all');
      while (piece) {
        yield piece;
        piece = await withDeadline(idleMs, undefined, () => reading.next());
      }
    } catch (error) {
      leave(error);
      throw error;
    }
    isOver = true;
    session.release();
    reworded.resolve(isReworded());
  }

  function isReworded(): boolean | null {
    const said = reading.transcript();
    if (said === null) return null;
    if (sameWords(request.text, said)) return false;
    const counts = { model, charactersAsked: request.text.length, charactersSaid: said.length };
    log.warn(counts, 'a text was read aloud in other words');
    return true;
  }

  async function first(): Promise<Uint8Array> {
    const { value } = await mp3.next();
    if (!value) throw new InvalidReply('no audio at all');
    return value;
  }

  async function* audio(start: Uint8Array): AsyncGenerator<Uint8Array> {
    try {
      for (let piece: Uint8Array | undefined = start; piece; piece = (await mp3.next()).value) {
        if (request.signal?.aborted) throw cancelled();
        yield piece;
      }
      if (request.signal?.aborted) throw cancelled();
    } catch (error) {
      throw upstreamError(error, { capability: 'speak', host: hostOf(client.baseURL) });
    } finally {
      leave(new InvalidReply('nobody listens'));
      await mp3.return(undefined);
    }
  }

  return { first, audio, leave, reworded: reworded.promise };
}
