import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { hostOf } from '../models/model-server.ts';
import { openRealtime, type RealtimeConnection } from '../models/realtime-connection.ts';
import { realtimeProblem } from '../models/realtime-errors.ts';
import type { LiveTranscriber, LiveTranscriptionRequest } from './live-transcriber.ts';
import { liveTranscriptionOver } from './live-transcription.ts';

export interface LiveTranscriberOptions extends UpstreamAccess {
  /** Opening, configuring, and trying further models, in milliseconds; default 15 s. */
  openMs?: number;
  /** Whether a transcript only says that there is none, as the stand-in's does. */
  saysNothing?: (transcript: string) => boolean;
}

/** Hears through transcription sessions of OpenAI's Realtime API (GA). */
export function createOpenAiLiveTranscriber(options: LiveTranscriberOptions): LiveTranscriber {
  const { client, openMs = 15_000, saysNothing = () => false } = options;
  const upstream = { capability: 'listen' as const, host: hostOf(client.baseURL) };
  return {
    open(request) {
      const call = { ...options, capability: 'listen' as const, deadlineMs: openMs, signal: request.signal };
      return callUpstream(call, async (model, signal) => {
        const query = { intent: 'transcription' as const };
        const connection = await openRealtime({ client, query, signal, deadlineMs: openMs });
        try {
          await configure(connection, sessionFor(model, request), signal);
          return liveTranscriptionOver(connection, { model, upstream, findsPauses: findsPauses(model), saysNothing });
        } catch (error) {
          connection.close();
          throw error;
        }
      });
    },
  };
}

const findsPauses = (model: string) => model !== 'gpt-live-transcribe';

/**
 * gpt-live-transcribe tells words while they are spoken, and finds no pauses. The others tell what was said once a pause
 * ends it, so the earlier a pause is found, the earlier come the words.
 */
function sessionFor(model: string, { language, prompt }: LiveTranscriptionRequest) {
  return {
    type: 'transcription',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: { model, language, ...(prompt && takesPrompt(model) && { prompt }) },
        turn_detection: findsPauses(model) ? { type: 'server_vad', silence_duration_ms: 300 } : null,
      },
    },
  };
}

/** `AudioTranscription.prompt` of the published schema: not for gpt-realtime-whisper, nor where speakers are told apart. */
const takesPrompt = (model: string) => model !== 'gpt-realtime-whisper' && !model.includes('diarize');

/** Resolves once the upstream has taken the settings. Throws `APIError` when it refuses them. */
async function configure(connection: RealtimeConnection, session: object, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = () => reject(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  connection.receive(({ event }) => {
    if (event.type === 'session.updated') resolve();
    if (event.type !== 'error') return;
    // A model that is not there is refused as a parameter of the session.
    const ofModel = event.error.param?.endsWith('transcription.model') ?? false;
    reject(realtimeProblem(ofModel ? { ...event.error, code: 'model_not_found' } : event.error));
  });
  void connection.closed.then(({ error, code }) => reject(error ?? new TypeError('terminated', { cause: code })));
  try {
    connection.send({ type: 'session.update', session });
    await promise;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
