import type { RealtimeConversationItemAssistantMessage } from 'openai/resources/realtime/realtime';
import { voiceSampleRate } from '../voice.ts';
import type { ConversationItems, StoredItem } from './conversation-items.ts';
import { newId } from './identifiers.ts';
import type { ServerEvent } from './server-events.ts';

export interface ReplyItem {
  stored: StoredItem;
  begun(): boolean;
  /** The text so far. */
  said(): string;
  begin(): void;
  addText(delta: string): void;
  addSound(samples: Int16Array<ArrayBuffer>): void;
  end(status: 'completed' | 'incomplete'): void;
}

interface ReplyItemDeps {
  responseId: string;
  spoken: boolean;
  /** Null for a response that stays out of the conversation. */
  items: ConversationItems | null;
  emit(event: ServerEvent): void;
  /** Takes the sound instead of the events where there is a track for it. */
  play: ((samples: Int16Array<ArrayBuffer>) => void) | null;
}

/** The assistant's message of a response, and the events that tell of it as it grows. */
export function createReplyItem({ responseId, spoken, items, emit, play }: ReplyItemDeps): ReplyItem {
  let text = '';
  let begun = false;
  const item = {
    id: newId('item'),
    object: 'realtime.item' as const,
    type: 'message' as const,
    role: 'assistant' as const,
    status: 'in_progress' as 'in_progress' | 'completed' | 'incomplete',
    content: [] as RealtimeConversationItemAssistantMessage.Content[],
  };
  const stored: StoredItem = { id: item.id, item, heard: null, audioMs: 0 };
  const inResponse = { response_id: responseId, output_index: 0 };
  const place = { ...inResponse, item_id: item.id, content_index: 0 };
  const part = () => (spoken ? { type: 'audio' as const, transcript: text } : { type: 'text' as const, text });
  const keep = () => {
    item.content = [spoken ? { type: 'output_audio', transcript: text } : { type: 'output_text', text }];
  };

  return {
    stored,
    begun: () => begun,
    said: () => text,
    begin() {
      begun = true;
      emit({ type: 'response.output_item.added', ...inResponse, item: structuredClone(item) });
      if (items) {
        const previous_item_id = items.add(stored);
        emit({ type: 'conversation.item.added', previous_item_id, item: structuredClone(item) });
      }
      emit({ type: 'response.content_part.added', ...place, part: part() });
    },
    addText(delta) {
      text += delta;
      keep();
      emit({ type: spoken ? 'response.output_audio_transcript.delta' : 'response.output_text.delta', ...place, delta });
    },
    addSound(samples) {
      if (play) {
        if (!stored.audioMs) emit({ type: 'output_audio_buffer.started', response_id: responseId });
        play(samples);
      } else {
        const delta = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
        emit({ type: 'response.output_audio.delta', ...place, delta });
      }
      stored.audioMs += (samples.length / voiceSampleRate) * 1000;
    },
    end(status) {
      item.status = status;
      keep();
      if (spoken) {
        emit({ type: 'response.output_audio.done', ...place });
        emit({ type: 'response.output_audio_transcript.done', ...place, transcript: text });
      } else {
        emit({ type: 'response.output_text.done', ...place, text });
      }
      emit({ type: 'response.content_part.done', ...place, part: part() });
      emit({ type: 'response.output_item.done', ...inResponse, item: structuredClone(item) });
      if (!items) return;
      emit({
        type: 'conversation.item.done',
        previous_item_id: items.previousId(item.id),
        item: structuredClone(item),
      });
    },
  };
}
