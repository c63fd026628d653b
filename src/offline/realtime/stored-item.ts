import type { ConversationItem } from 'openai/resources/realtime/realtime';
import { createWordListener, joinHeardWords } from '../spoken-words-watermark.ts';
import { voiceSampleRate } from '../voice.ts';
import type { StoredItem } from './conversation-items.ts';
import { newId } from './identifiers.ts';
import type { ClientItem } from './item-schema.ts';
import { createPcmReader } from './pcm.ts';

/** A client's item as the conversation keeps it: its audio is listened to and dropped. */
export function storeItem(item: ClientItem): StoredItem {
  const common = { id: item.id ?? newId('item'), object: 'realtime.item' as const, status: 'completed' as const };
  if (item.type !== 'message') return { id: common.id, item: { ...item, ...common }, heard: null, audioMs: 0 };
  let audioMs = 0;
  const heard: string[] = [];
  const listen = (base64: string) => {
    const samples = createPcmReader()(base64);
    audioMs += (samples.length / voiceSampleRate) * 1000;
    const words = joinHeardWords(createWordListener()(samples));
    if (words) heard.push(words);
  };
  const shown = { ...item, ...common } as const;
  const stored = (withContent: ConversationItem): StoredItem => ({
    id: common.id,
    item: withContent,
    heard: heard.join(' ') || null,
    audioMs: Math.round(audioMs),
  });
  if (shown.role === 'user') {
    const content = shown.content.map((part) => {
      if (part.type !== 'input_audio') return part;
      if (part.audio) listen(part.audio);
      return { type: part.type, transcript: part.transcript ?? '' };
    });
    return stored({ ...shown, content });
  }
  if (shown.role === 'assistant') {
    const content = shown.content.map((part) =>
      part.type === 'output_audio' ? { type: part.type, transcript: part.transcript ?? '' } : part,
    );
    return stored({ ...shown, content });
  }
  return stored(shown);
}
