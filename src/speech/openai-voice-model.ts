import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { hostOf } from '../models/model-server.ts';
import { openRealtime, type RealtimeConnection, type RealtimeQuery } from '../models/realtime-connection.ts';
import { realtimeVoice } from '../models/realtime-voices.ts';
import { configureSession } from './voice-configuration.ts';
import type { VoiceModel, VoiceRequest, VoiceSession } from './voice-model.ts';
import { sessionOver } from './voice-session.ts';

export interface VoiceModelOptions extends UpstreamAccess {
  /** Opening, configuring, and trying further models, in milliseconds; default 15 s. */
  openMs?: number;
  /** Whether a transcript says no more than that nothing could be heard. */
  saysNothing?: (text: string) => boolean;
}

/** Hears and speaks through OpenAI's Realtime API (GA). The words it hears are told by a model for `listen`. */
export function createOpenAiVoiceModel(options: VoiceModelOptions): VoiceModel {
  const { client, openMs = 15_000 } = options;

  async function connect(query: (model: string) => RealtimeQuery, request: VoiceRequest): Promise<VoiceSession> {
    const call = { ...options, capability: 'realtime' as const, deadlineMs: openMs, signal: request.signal };
    return callUpstream(call, async (model, signal) => {
      const connection = await openRealtime({ client, query: query(model), signal, deadlineMs: openMs });
      return configured(connection, model, { ...request, signal }, 'call_id' in query(model));
    });
  }

  async function configured(connection: RealtimeConnection, model: string, request: VoiceRequest, shared: boolean) {
    try {
      const hears = await configureSession(connection, options, { ...request, voice: realtimeVoice(request.voice) });
      const { saysNothing } = options;
      return sessionOver(connection, { model, hears, request, host: hostOf(client.baseURL), shared, saysNothing });
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  return {
    open: (request) => connect((model) => ({ model }), request),
    join: (callId, request) => connect(() => ({ call_id: callId }), request),
  };
}
