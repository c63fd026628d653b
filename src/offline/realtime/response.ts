import type { RealtimeResponse } from 'openai/resources/realtime/realtime';
import type { Pace, Reaction } from '../behaviour.ts';
import type { OfflineChatMessage } from '../chat-request.ts';
import type { OfflineVoice } from '../voice.ts';
import { utter } from '../voice-characters.ts';
import { pause } from '../wire-reply.ts';
import type { ResponseParameters } from './client-events.ts';
import { type ConversationItems, type StoredItem, toChat } from './conversation-items.ts';
import { composeReply, followText, splitDeltas } from './reply.ts';
import { createReplyItem } from './reply-item.ts';
import type { ServerEvent } from './server-events.ts';
import type { ConversationConfig } from './session-config.ts';
import { limitText, rateLimits, responseUsage } from './usage.ts';

/** The reason of an abort that tells why. */
export type CancelReason = 'client_cancelled' | 'turn_detected';

export interface ResponseDeps {
  id: string;
  conversationId: string;
  config: ConversationConfig;
  items: ConversationItems;
  /** What the response is given: the conversation, or its own input. */
  input: StoredItem[];
  voice: OfflineVoice;
  pace: Pace;
  emit(event: ServerEvent): void;
  /** Takes the sound instead of the events where there is a track for it. */
  play: ((samples: Int16Array<ArrayBuffer>) => void) | null;
  react(signal: AbortSignal): Promise<Reaction>;
}

/** Says one reply, event by event. Aborting the signal cancels it, for a `CancelReason` if it has one. */
export async function runResponse(
  deps: ResponseDeps,
  parameters: ResponseParameters,
  signal: AbortSignal,
): Promise<void> {
  const { id, config, emit, pace, play } = deps;
  const inConversation = parameters.conversation !== 'none';
  const spoken = (parameters.output_modalities ?? config.settings.output_modalities)?.[0] !== 'text';
  const voice = parameters.audio?.output?.voice ?? config.output.voice;
  const maxTokens = parameters.max_output_tokens ?? config.settings.max_output_tokens ?? 'inf';
  const item = createReplyItem({ responseId: id, spoken, items: inConversation ? deps.items : null, emit, play });
  let chat: OfflineChatMessage[] = [];
  const response: RealtimeResponse = {
    object: 'realtime.response',
    id,
    status: 'in_progress',
    output: [],
    output_modalities: [spoken ? 'audio' : 'text'],
    max_output_tokens: maxTokens,
    ...(inConversation && { conversation_id: deps.conversationId }),
    ...(parameters.metadata && { metadata: parameters.metadata }),
    ...(spoken && { audio: { output: { format: config.output.format, voice } } }),
  };

  async function write(text: string): Promise<void> {
    for (const delta of splitDeltas(text)) {
      await pause(pace.tokenMs, signal);
      item.addText(delta);
    }
  }

  async function speak(text: string): Promise<void> {
    const reading = followText(text);
    if (text.trim()) {
      for await (const { samples, words } of deps.voice.speakWithWords(
        utter(text, voice, config.output.speed),
        signal,
      )) {
        if (words) await write(reading.next(words));
        await pause(item.stored.audioMs ? pace.speechChunkMs : pace.speechFirstByteMs, signal);
        item.addSound(samples);
      }
    }
    await write(reading.rest());
  }

  async function reply(): Promise<Pick<RealtimeResponse, 'status' | 'status_details'>> {
    const reaction = await deps.react(signal);
    signal.throwIfAborted();
    chat = toChat(deps.input);
    if (reaction.fail) return failed(reaction.fail.code);
    const forced = reaction.say && (reaction.say.content ?? reaction.say.refusal ?? '');
    const whole = forced ?? composeReply([parameters.instructions ?? '', config.instructions], chat);
    const text = limitText(whole, maxTokens, spoken);
    await pause(pace.firstTokenMs, signal);
    item.begin();
    await (spoken ? speak(text) : write(text));
    item.end(text === whole ? 'completed' : 'incomplete');
    if (text === whole) return { status: 'completed' };
    return { status: 'incomplete', status_details: { type: 'incomplete', reason: 'max_output_tokens' } };
  }

  emit({ type: 'response.created', response: structuredClone(response) });
  try {
    Object.assign(response, await reply());
  } catch (error) {
    if (item.begun()) item.end('incomplete');
    Object.assign(
      response,
      signal.aborted ? cancelled(signal) : failed(error instanceof Error ? error.name : 'unknown'),
    );
  }
  if (item.begun()) response.output = [structuredClone(item.stored.item)];
  response.usage = responseUsage({
    instructions: parameters.instructions ?? config.instructions,
    chat,
    heardMs: deps.input.reduce(
      (sum, { item, audioMs }) => sum + ('role' in item && item.role === 'user' ? audioMs : 0),
      0,
    ),
    text: item.said(),
    spokenMs: item.stored.audioMs,
  });
  if (play && item.stored.audioMs) emit({ type: 'output_audio_buffer.stopped', response_id: id });
  emit({ type: 'response.done', response });
  emit({ type: 'rate_limits.updated', rate_limits: rateLimits });
}

const failed = (code: string) => ({
  status: 'failed' as const,
  status_details: { type: 'failed' as const, error: { type: 'server_error', code } },
});

const cancelled = (signal: AbortSignal) => ({
  status: 'cancelled' as const,
  status_details: {
    type: 'cancelled' as const,
    reason: signal.reason === 'turn_detected' ? ('turn_detected' as const) : ('client_cancelled' as const),
  },
});
