import { badRequest } from '../wire-error.ts';
import type { ClientEvent } from './client-events.ts';
import type { SessionScope } from './session-scope.ts';
import { storeItem } from './stored-item.ts';

export type ItemRequest = Extract<ClientEvent, { type: `conversation.item.${string}` }>;

/** Obeys a client's wish about one item. `reply` answers only the client that asked. Throws `WireError`. */
export function serveItemRequest(scope: SessionScope, event: ItemRequest, reply: SessionScope['emit']): void {
  const { items, emit } = scope;
  switch (event.type) {
    case 'conversation.item.create': {
      const stored = storeItem(event.item);
      const previous_item_id = items.add(stored, event.previous_item_id);
      const { item } = stored;
      emit({ type: 'conversation.item.added', previous_item_id, item: structuredClone(item) });
      emit({ type: 'conversation.item.done', previous_item_id, item: structuredClone(item) });
      return;
    }
    case 'conversation.item.retrieve': {
      const { item } = items.find(event.item_id, 'retrieve');
      reply({ type: 'conversation.item.retrieved', item: structuredClone(item) });
      return;
    }
    case 'conversation.item.delete':
      items.remove(items.find(event.item_id, 'delete').id);
      emit({ type: 'conversation.item.deleted', item_id: event.item_id });
      return;
    case 'conversation.item.truncate': {
      const { item_id, content_index, audio_end_ms } = event;
      const stored = items.find(item_id, 'truncate');
      const { item } = stored;
      const part = item.type === 'message' && item.role === 'assistant' ? item.content[content_index] : undefined;
      if (part?.type !== 'output_audio') {
        throw badRequest('Only assistant audio can be truncated.', 'item_id', 'invalid_value');
      }
      if (audio_end_ms > stored.audioMs) {
        throw badRequest(
          `Audio content of ${Math.floor(stored.audioMs)}ms is already shorter than ${audio_end_ms}ms.`,
          'audio_end_ms',
          'invalid_value',
        );
      }
      stored.audioMs = audio_end_ms;
      // What was not heard must not be in the conversation, and nobody knows which words that cuts.
      part.transcript = '';
      emit({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
      return;
    }
  }
}
