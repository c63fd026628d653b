import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChatModel } from '../../src/llm/chat-model.ts';
import { createOpenAiChatModel } from '../../src/llm/openai-chat-model.ts';
import { createModelCatalogue } from '../../src/models/catalogue.ts';
import { createOpenAiClients } from '../../src/models/model-server.ts';
import { byCapability } from '../../src/models/preferences.ts';
import { quiet as log } from '../support/quiet.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { readAll, request } from './support/streamed-reply.ts';

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
});
afterEach(() => upstream.close());

function model(firstTokenMs = 10_000): ChatModel {
  const server = { models: ['gpt-4o'], baseUrl: upstream.url, apiKey: upstream.apiKey };
  const servers = byCapability(() => server);
  const clients = createOpenAiClients(servers);
  const catalogue = createModelCatalogue({ servers, clients, log });
  const deadlines = { firstTokenMs, tokenToTokenMs: 200 };
  return createOpenAiChatModel({ capability: 'chat', client: clients.chat, catalogue, log, deadlines });
}

/** The text, and the code of the error it ended in, if any. */
async function outcome(firstTokenMs?: number) {
  try {
    const { deltas, error } = await readAll(await model(firstTokenMs).stream(request));
    return [deltas.join(''), error && Reflect.get(Object(error), 'code')];
  } catch (error) {
    return ['', Reflect.get(Object(error), 'code')];
  }
}

it('streams the offline server’s answer whole, and counts it', async () => {
  upstream.replyNext('text', 'Tell me about the bakery.');
  const stream = await model().stream(request);
  expect(await readAll(stream)).toEqual({ deltas: ['Tell ', 'me ', 'about ', 'the ', 'bakery.'], error: null });
  expect(stream.usage()).toEqual({ inputTokens: 2, outputTokens: 7 });
});

const neverStarts = new Set(['stall-before-headers', 'keep-alive-only']);

it.each([
  ['stall-before-headers', 'upstream_timeout', ''],
  ['keep-alive-only', 'upstream_timeout', ''],
  ['stall-after-first', 'upstream_timeout', /^\S+ $/],
  ['malformed-sse', 'upstream_failed', /^\S+ $/],
  ['truncated-body', 'upstream_failed', ''],
  ['connection-reset', 'unavailable', ''],
  ['refusal', 'upstream_refused', ''],
  ['empty-content', 'upstream_refused', ''],
  ['missing-done', null, /^\S+ .*\S$/s],
] as const)('%s ends as %s', async (fault, code, text) => {
  upstream.failNext('chat', fault, 3);
  const [said, ended] = await outcome(neverStarts.has(fault) ? 300 : undefined);
  expect(ended).toBe(code);
  expect(said).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
  await expect.poll(() => upstream.calls.every((call) => call.ended())).toBe(true);
});

it('a connection that is reset twice is tried a third time', async () => {
  upstream.failNext('chat', 'connection-reset', 2);
  upstream.replyNext('text', 'Go on.');
  expect(await outcome()).toEqual(['Go on.', null]);
  expect(upstream.calls).toHaveLength(3);
});
