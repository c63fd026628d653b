import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { ChatModel, TextStream } from '../../../src/llm/chat-model.ts';
import { createOpenAiChatModel, type OpenAiChatModelOptions } from '../../../src/llm/openai-chat-model.ts';
import { accessTo, type Step } from '../../models/support/scripted-server.ts';

export const path = '/chat/completions';
export const request = { messages: [{ role: 'user' as const, content: 'Tell me.' }], maxTokens: 300 };

export const event = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
export const chunk = (delta: object, finish: string | null = null) =>
  event({ choices: [{ index: 0, delta, finish_reason: finish }] });
export const say = (content: string) => chunk({ content });
export const role = chunk({ role: 'assistant', content: '' });
export const counted = event({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } });
export const done = event('[DONE]');
export const stop = chunk({}, 'stop');

/** Sends the pieces one by one and ends the body. */
export function events(...pieces: (string | Uint8Array)[]): Step {
  return async (response) => {
    begin(response);
    for (const piece of pieces) {
      response.write(piece);
      await wait(1);
    }
    response.end();
  };
}
/** Sends the pieces at once and leaves the body open. */
export const openAfter =
  (...pieces: string[]): Step =>
  (response) =>
    void begin(response).write(pieces.join(''));
export const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
export const whole = events(role, say('Hello'), say(' there.'), stop, counted, done);

/** Sends the pieces and cuts the connection. */
export function cutAfter(...pieces: string[]): Step {
  return async (response) => {
    begin(response).write(pieces.join(''));
    // The bytes must leave before the connection goes.
    await wait(20);
    response.destroy();
  };
}

/** Repeats a piece for as long as somebody listens. */
export function every(ms: number, piece: string, first = ''): Step {
  return async (response) => {
    begin(response).write(first + piece);
    const timer = setInterval(() => response.write(piece), ms);
    await once(response, 'close');
    clearInterval(timer);
  };
}

export function textModel(
  baseUrl: string,
  deadlines?: OpenAiChatModelOptions['deadlines'],
  preferred?: string[],
): ChatModel {
  const { clients, catalogue, log } = accessTo(baseUrl, preferred && { chat: preferred });
  return createOpenAiChatModel({
    capability: 'chat',
    client: clients.chat,
    catalogue,
    log,
    ...(deadlines && { deadlines }),
  });
}

/** What came, and what it ended in. */
export async function readAll(stream: TextStream): Promise<{ deltas: string[]; error: unknown }> {
  const deltas: string[] = [];
  try {
    for await (const delta of stream.deltas) deltas.push(delta);
  } catch (error) {
    return { deltas, error };
  }
  return { deltas, error: null };
}
