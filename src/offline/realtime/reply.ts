import { z } from 'zod';
import type { OfflineChatMessage } from '../chat-request.ts';
import { converse } from '../conversation.ts';
import { interviewReply, readDirection } from '../interviewer.ts';

const readAloud = /<read_aloud>\n([^\n]*)\n<\/read_aloud>/g;

/**
 * What the model says. The last `<read_aloud>` block (a JSON string on a line of its own) of the instructions or of the
 * last message is said to the letter; an interviewer's direction at their end is obeyed; anything else is conversation.
 *
 * @param instructions Those of the response, then those of the session.
 */
export function composeReply(instructions: string[], chat: OfflineChatMessage[]): string {
  const last = chat.at(-1);
  const aloud = [...instructions, last?.content ?? ''].map(readBlock).find((text) => text !== null);
  if (aloud !== undefined && aloud !== null) return aloud;
  const turn = chat.filter(({ role }) => role === 'assistant').length;
  const directing = [...instructions, last?.role === 'system' ? last.content : ''];
  for (const content of directing) {
    const direction = readDirection([{ role: 'user', content }]);
    if (direction) return interviewReply(direction, turn);
  }
  return converse(chat);
}

function readBlock(text: string): string | null {
  const block = [...text.matchAll(readAloud)].at(-1)?.[1];
  if (block === undefined) return null;
  try {
    return z.string().safeParse(JSON.parse(block)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null; // somebody writes about the block: that is plain talk
    throw error;
  }
}

/** Reading a text aloud in small steps: copies exactly what the voice has come to, with its own white space. */
export function followText(text: string): { next(words: string): string; rest(): string } {
  let position = 0;
  return {
    next(words) {
      const start = position;
      let left = words.replace(/\s/gu, '').length;
      while (position < text.length && (left > 0 || /\s/u.test(text.charAt(position)))) {
        if (!/\s/u.test(text.charAt(position))) left -= 1;
        position += 1;
      }
      return text.slice(start, position);
    },
    rest() {
      const start = position;
      position = text.length;
      return text.slice(start);
    },
  };
}

/** Word by word, each with the white space after it. */
export const splitDeltas = (text: string): string[] => text.split(/(?<=\s)(?=\S)/u).filter(Boolean);
