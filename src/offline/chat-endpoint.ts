import { randomUUID } from 'node:crypto';
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { ForcedContent, Pace } from './behaviour.ts';
import { type ChatRequest, parseChatRequest, readData } from './chat-request.ts';
import { converse } from './conversation.ts';
import { extractEvidence, extractionData } from './extraction.ts';
import { findModel, type ServedModel } from './models.ts';
import { narrativeData, writeNarrative } from './narrative.ts';
import { questionsData, writeQuestions } from './questions.ts';
import { badRequest, parseRequest } from './wire-error.ts';
import { dataEvent, eventReply, jsonReply, pause, type WireReply } from './wire-reply.ts';

/** One writer per schema name; anything else is refused, because rules cannot fill an unknown schema. */
const writers: Record<string, (data: unknown) => unknown> = {
  interview_questions: (data) => writeQuestions(parseRequest(questionsData, data)),
  answer_extraction: (data) => extractEvidence(parseRequest(extractionData, data)),
  answer_narrative: (data) => writeNarrative(parseRequest(narrativeData, data)),
};

function write({ messages, response_format: format }: ChatRequest): string {
  if (format?.type !== 'json_schema') return converse(messages);
  const writer = Object.hasOwn(writers, format.json_schema.name) ? writers[format.json_schema.name] : undefined;
  if (!writer) {
    throw badRequest(
      `The offline server cannot fill the schema '${format.json_schema.name}'.`,
      'response_format.json_schema.name',
    );
  }
  return JSON.stringify(writer(readData(messages)));
}

/** `POST /chat/completions`, whole or as server-sent events. Throws `WireError`. */
export async function complete(
  deps: { models: ServedModel[]; pace: Pace; say: ForcedContent | undefined },
  body: unknown,
  signal: AbortSignal,
): Promise<WireReply> {
  const request = parseChatRequest(body);
  findModel(deps.models, request.model, 'chat');
  const said = deps.say ?? { content: write(request) };
  if (request.stream) return eventReply(stream(request, said, deps.pace, signal));
  const tokens = tokenize(said.content ?? '');
  await pause((deps.pace.firstTokenMs ?? 0) + tokens.length * (deps.pace.tokenMs ?? 0), signal);
  return jsonReply({
    ...envelope(request.model),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: said.content, refusal: said.refusal ?? null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: usage(request, said),
  } satisfies ChatCompletion);
}

async function* stream(request: ChatRequest, said: ForcedContent, pace: Pace, signal: AbortSignal) {
  const wantsUsage = request.stream_options?.include_usage === true;
  const base = { ...envelope(request.model), object: 'chat.completion.chunk' as const };
  const chunk = (delta: ChatCompletionChunk.Choice.Delta, finish: 'stop' | null) =>
    dataEvent({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(wantsUsage && { usage: null }),
    } satisfies ChatCompletionChunk);

  await pause(pace.firstTokenMs, signal);
  yield chunk({ role: 'assistant', content: '', refusal: null }, null);
  const tokens = tokenize(said.content ?? said.refusal ?? '');
  for (const [index, token] of tokens.entries()) {
    if (index > 0) await pause(pace.tokenMs, signal);
    yield chunk(said.content === null ? { refusal: token } : { content: token }, null);
  }
  yield chunk({}, 'stop');
  if (wantsUsage) {
    yield dataEvent({ ...base, choices: [], usage: usage(request, said) } satisfies ChatCompletionChunk);
  }
  yield 'data: [DONE]\n\n';
}

/** Words with the space behind them. */
function tokenize(text: string): string[] {
  return text.match(/\S+\s*|\s+/gu) ?? [];
}

function envelope(model: string) {
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}

/** Four characters to a token, OpenAI's own rule of thumb. */
function usage(request: ChatRequest, said: ForcedContent): CompletionUsage {
  const length = request.messages.reduce((sum, { content }) => sum + content.length, 0);
  const promptTokens = Math.ceil(length / 4);
  const completionTokens = Math.ceil((said.content ?? said.refusal ?? '').length / 4);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  } satisfies CompletionUsage;
}
