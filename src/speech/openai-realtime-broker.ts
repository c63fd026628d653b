import { APIError } from 'openai';
import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { withDeadline } from '../models/deadline.ts';
import { hostOf } from '../models/model-server.ts';
import { realtimeVoice } from '../models/realtime-voices.ts';
import { InvalidReply, upstreamError } from '../models/upstream-errors.ts';
import { createChatKitSession } from './openai-chatkit.ts';
import type { BrokeredSession, RealtimeBroker } from './realtime-broker.ts';
import { withHearing } from './realtime-hearing.ts';

export interface RealtimeBrokerOptions extends UpstreamAccess {
  /** ChatKit's agent; undefined where there is none. */
  workflowId: string | undefined;
  deadlineMs?: number;
}

const secretReply = z.object({
  value: z.string().min(1),
  expires_at: z.number(),
  session: z.looseObject({}).catch({}),
});

/** Brief 4's words, and what to do about it. */
const noSecret =
  'No client_secret in response: check that OPENAI_API_KEY may use the Realtime API, and that the models in REALTIME_MODELS are realtime models.';

/** OpenAI's client secrets, WebRTC calls and ChatKit sessions (GA). */
export function createOpenAiRealtimeBroker(options: RealtimeBrokerOptions): RealtimeBroker {
  const { client, deadlineMs = 15_000 } = options;
  const upstream = { capability: 'realtime' as const, host: hostOf(client.baseURL) };
  const call = (signal: AbortSignal | undefined) => ({ ...options, ...upstream, deadlineMs, signal });

  return {
    async createSecret(session, signal) {
      try {
        return await callUpstream(call(signal), (model, bounded) =>
          withHearing(options, session, bounded, async (hears) => {
            const body = { session: sessionOf(session, model, hears) };
            const reply = await client.realtime.clientSecrets.create(body, { signal: bounded });
            return secretOf(reply);
          }),
        );
      } catch (error) {
        throw failedToCreate(error);
      }
    },

    placeCall: ({ sdp, session }, signal) =>
      callUpstream(call(signal), async (model, bounded) => {
        const body = { sdp, session: sessionOf(session, model, null) };
        const response = await client.realtime.calls.create(body, { signal: bounded }).catch(rejectOffer);
        const id = /\/([\w-]+)\/?$/.exec(response.headers.get('location') ?? '')?.[1];
        const answer = await response.text();
        if (!id || !answer.startsWith('v=')) throw new InvalidReply('a call without its id or its SDP answer');
        return { id, sdp: answer };
      }),

    async hangUp(callId) {
      try {
        await withDeadline(deadlineMs, undefined, (signal) => client.realtime.calls.hangup(callId, { signal }));
      } catch (error) {
        if (error instanceof APIError && error.status === 404) return;
        throw upstreamError(error, upstream);
      }
    },

    createChatKitSession: (userId, signal) => createChatKitSession({ ...options, deadlineMs }, userId, signal),
  };
}

function sessionOf(session: BrokeredSession, model: string, hears: string | null) {
  const { instructions, voice, modality, transcribeAs, replies } = session;
  return {
    type: 'realtime' as const,
    model,
    ...(instructions !== null && { instructions }),
    output_modalities: [modality],
    audio: {
      input: {
        ...(hears !== null && transcribeAs !== null && { transcription: { model: hears, language: transcribeAs } }),
        turn_detection: {
          type: 'server_vad' as const,
          create_response: replies === 'by-itself',
          interrupt_response: true,
        },
      },
      output: { voice: realtimeVoice(voice) },
    },
  };
}

function secretOf(reply: unknown) {
  const parsed = secretReply.safeParse(reply);
  if (!parsed.success) throw new DomainError('upstream_failed', noSecret);
  const { value, expires_at: expiresAt, session } = parsed.data;
  // They may be those of an interview, which is not told how it is conducted.
  const { instructions: _instructions, ...described } = session;
  return { value, expiresAt, session: described };
}

function rejectOffer(error: unknown): never {
  if (error instanceof APIError && (error.param === 'sdp' || error.code === 'invalid_offer')) {
    const message =
      'The SDP offer was not accepted. Make it with RTCPeerConnection.createOffer(), with an audio track.';
    throw new DomainError('invalid_input', message, { cause: error });
  }
  throw error;
}

/** Brief 4's words first, then what is known of the reason. */
function failedToCreate(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.message === noSecret) return error;
  const { code, message, cause, retryAfterMs } = error;
  return new DomainError(code, `Failed to create realtime session: ${message}`, {
    cause,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
