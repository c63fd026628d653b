import type { ClientSecret } from '../speech/realtime-broker.ts';
import type { ConversationCaller } from './context.ts';
import { briefRealtime } from './realtime-briefing.ts';

/**
 * A secret with which a browser opens its own session with the vendor, for an interview or about anything. What is said
 * there does not pass this server: calls that it places are listened to. Throws as `briefRealtime` and the broker.
 */
export async function createClientSecret(
  caller: ConversationCaller,
  input: { sessionId?: string | undefined },
): Promise<ClientSecret> {
  const { realtime, voice, allowance } = caller.deps;
  await allowance.require(caller.userId);
  const briefing = input.sessionId === undefined ? null : await briefRealtime(caller, input.sessionId);
  return realtime.broker.createSecret(
    {
      instructions: briefing?.instructions ?? (voice.instructions || null),
      voice: briefing?.voice ?? voice.voice,
      modality: briefing ? 'audio' : realtime.modality,
      transcribeAs: briefing?.spokenLanguage ?? null,
      replies: 'by-itself',
    },
    caller.signal,
  );
}
