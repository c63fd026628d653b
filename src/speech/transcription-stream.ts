import type OpenAI from 'openai';
import { z } from 'zod';
import { readEvents } from '../models/event-stream.ts';
import { InvalidReply } from '../models/upstream-errors.ts';

const wordsEvent = z.object({ type: z.literal('transcript.text.delta'), delta: z.string() });
const wholeEvent = z.looseObject({ type: z.literal('transcript.text.done') });

/**
 * What a transcription with `stream` ends with, telling the words on the way. A server that knows no streaming answers
 * with plain JSON. Throws `InvalidReply` when the stream ends early.
 */
export async function readTranscriptionStream(
  client: OpenAI,
  response: Response,
  { hangUp, onWords }: { hangUp: () => void; onWords: (text: string) => void },
): Promise<unknown> {
  if (!response.headers.get('content-type')?.includes('text/event-stream')) return await response.json();
  for await (const event of readEvents(client, response, hangUp).chunks) {
    const words = wordsEvent.safeParse(event);
    if (words.success) onWords(words.data.delta);
    else if (wholeEvent.safeParse(event).success) return event;
  }
  throw new InvalidReply('the transcript ended before it was complete');
}
