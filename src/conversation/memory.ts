import type { ChatMessage } from '../llm/chat-model.ts';
import { shorten } from './shorten.ts';

/** A message as the session stores it, oldest first. */
export interface StoredMessage {
  role: 'interviewer' | 'candidate' | 'system';
  text: string;
  /** What was heard of a reply that was interrupted; null when all of it was. */
  heardText: string | null;
}

export interface MemoryLimits {
  /** The latest messages that are kept. */
  maxMessages: number;
  /** UTF-16 units of one message; a longer one is shortened to an extract. */
  maxTurnChars: number;
}

/** Brief 3 keeps 20 messages; an answer of two minutes fits whole. */
export const memoryLimits: MemoryLimits = { maxMessages: 20, maxTurnChars: 2000 };

/**
 * What the model is to remember of one session: the last messages, long ones shortened, replies only as far as they were
 * heard. A reply of which nothing was heard was never given. System messages are left out: the prompt is written anew
 * each turn. The caller passes the messages of one session only, without the turn that is being answered.
 */
export function remember(messages: StoredMessage[], limits: MemoryLimits = memoryLimits): ChatMessage[] {
  const heard = messages.flatMap(({ role, text, heardText }): ChatMessage[] => {
    const content = (heardText ?? text).trim();
    if (role === 'system' || content === '') return [];
    return [{ role: role === 'interviewer' ? 'assistant' : 'user', content }];
  });
  return heard.slice(Math.max(0, heard.length - limits.maxMessages)).map(({ role, content }) => ({
    role,
    content: shorten(role === 'assistant' ? withoutTags(content) : content, limits.maxTurnChars),
  }));
}

/** The model's own words stand bare in its prompt: they must not look like the block of data that others' words stand in. */
function withoutTags(text: string): string {
  return text.replace(/[<＜﹤‹⟨〈❮]/g, '(').replace(/[>＞﹥›⟩〉❯]/g, ')');
}
