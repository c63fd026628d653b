import type { ConversationItem } from 'openai/resources/realtime/realtime';
import type { OfflineChatMessage } from '../chat-request.ts';
import { badRequest } from '../wire-error.ts';

export interface StoredItem {
  id: string;
  /** As it is shown. Audio is not kept. */
  item: ConversationItem;
  /** The words of the audio in it that no transcription shows; null when there are none. */
  heard: string | null;
  /** Milliseconds of the audio in it. */
  audioMs: number;
}

export interface ConversationItems {
  /** After the item named, at the beginning for `root`, else at the end. Returns the id before it. Throws `WireError`. */
  add(stored: StoredItem, previousId?: string | null): string | null;
  /** Throws a `WireError` with the code `item_<verb>_invalid_item_id`. */
  find(id: string, verb: 'retrieve' | 'delete' | 'truncate' | 'reference'): StoredItem;
  remove(id: string): void;
  /** The item before this one. */
  previousId(id: string): string | null;
  lastId(): string | null;
  list(): StoredItem[];
}

export function createConversationItems(): ConversationItems {
  const items: StoredItem[] = [];
  const indexOf = (id: string) => items.findIndex((stored) => stored.id === id);
  return {
    add(stored, previousId) {
      if (indexOf(stored.id) >= 0) {
        throw badRequest(`Item '${stored.id}' exists already.`, 'item.id', 'item_create_duplicate_item_id');
      }
      const index = previousId === 'root' ? 0 : previousId ? indexOf(previousId) + 1 : items.length;
      if (previousId && previousId !== 'root' && index === 0) {
        throw badRequest(
          `There is no item '${previousId}'.`,
          'previous_item_id',
          'item_create_invalid_previous_item_id',
        );
      }
      items.splice(index, 0, stored);
      return items[index - 1]?.id ?? null;
    },
    find(id, verb) {
      const stored = items[indexOf(id)];
      if (!stored) throw badRequest(`There is no item '${id}'.`, 'item_id', `item_${verb}_invalid_item_id`);
      return stored;
    },
    remove: (id) => void items.splice(indexOf(id), 1),
    previousId: (id) => items[indexOf(id) - 1]?.id ?? null,
    lastId: () => items.at(-1)?.id ?? null,
    list: () => [...items],
  };
}

/** The messages among the items as a chat: what was said, whether typed, heard or spoken. */
export function toChat(items: StoredItem[]): OfflineChatMessage[] {
  return items.flatMap(({ item, heard }) => {
    if (item.type !== 'message') return [];
    const texts = item.content.flatMap((part): (string | null | undefined)[] => {
      if (part.type === 'input_text' || part.type === 'output_text') return [part.text];
      if (part.type === 'input_audio') return ['transcript' in part && part.transcript ? part.transcript : heard];
      return part.type === 'output_audio' && 'transcript' in part ? [part.transcript] : [];
    });
    return [{ role: item.role, content: texts.filter(Boolean).join('\n') }];
  });
}
