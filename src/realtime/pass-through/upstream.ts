import { randomUUID } from 'node:crypto';
import type { RealtimeBriefing } from '../../conversation/realtime-briefing.ts';
import { callUpstream, type UpstreamAccess } from '../../models/call.ts';
import { openRealtime, type RealtimeConnection } from '../../models/realtime-connection.ts';
import { realtimeProblem } from '../../models/realtime-errors.ts';
import { realtimeVoice } from '../../models/realtime-voices.ts';
import { InvalidReply } from '../../models/upstream-errors.ts';
import { withHearing } from '../../speech/realtime-hearing.ts';
import type { Voice } from '../../speech/voices.ts';

export interface OpenUpstreamOptions extends UpstreamAccess {
  /** Null for a conversation about anything. */
  briefing: RealtimeBriefing | null;
  /** For those. */
  plain: { instructions: string; voice: Voice; modality: 'audio' | 'text' };
  /** Preferred, if it is served. */
  wantedModel: string | undefined;
  openMs: number;
  signal: AbortSignal;
}

export interface OpenUpstream {
  connection: RealtimeConnection;
  model: string;
  /** `session.created` for the client: of the session as it is configured. */
  created: string;
}

/** Opens a session and configures it, before its client can say anything. Throws `DomainError` only. */
export async function openUpstream(options: OpenUpstreamOptions): Promise<OpenUpstream> {
  const { client, briefing, wantedModel, openMs: deadlineMs, signal } = options;
  const call = {
    ...options,
    capability: 'realtime' as const,
    deadlineMs,
    signal,
    ...(wantedModel !== undefined && { suits: (model: string) => model === wantedModel }),
  };
  return callUpstream(call, async (model, bounded) => {
    const connection = await openRealtime({ client, query: { model }, signal: bounded, deadlineMs });
    try {
      const transcribeAs = briefing?.spokenLanguage ?? null;
      const session = await withHearing(options, { transcribeAs }, bounded, (hears) =>
        configure(connection, settingsOf(options, hears), bounded),
      );
      const event_id = `event_${randomUUID().replaceAll('-', '')}`;
      return { connection, model, created: JSON.stringify({ type: 'session.created', event_id, session }) };
    } catch (error) {
      connection.close();
      throw error;
    }
  });
}

function settingsOf({ briefing, plain }: OpenUpstreamOptions, hears: string | null): object {
  const type = 'realtime';
  if (!briefing) {
    const { instructions, voice, modality } = plain;
    const output = { voice: realtimeVoice(voice) };
    return { type, ...(instructions && { instructions }), output_modalities: [modality], audio: { output } };
  }
  const { instructions, voice, spokenLanguage } = briefing;
  return {
    type,
    instructions,
    output_modalities: ['audio'],
    audio: {
      input: {
        transcription: { model: hears, language: spokenLanguage },
        turn_detection: { type: 'server_vad', create_response: true, interrupt_response: true },
      },
      output: { voice: realtimeVoice(voice) },
    },
  };
}

/** Resolves with the session once the upstream has taken the settings. Throws `APIError` when it refuses them. */
async function configure(connection: RealtimeConnection, session: object, signal: AbortSignal): Promise<object> {
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  const cancel = () => reject(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  connection.receive(({ event }) => {
    if (event.type === 'session.updated') resolve(event.session);
    if (event.type === 'error') reject(realtimeProblem(event.error));
  });
  void connection.closed.then(({ error }) => reject(error ?? new InvalidReply('a session that ended as it began')));
  try {
    connection.send({ type: 'session.update', session });
    return await promise;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
