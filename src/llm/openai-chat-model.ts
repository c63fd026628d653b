import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { hostOf } from '../models/model-server.ts';
import { chatParameters } from '../models/parameters.ts';
import { InvalidReply } from '../models/upstream-errors.ts';
import type { ChatMessage, ChatModel, JsonRequest, TextDeadlines, TokenUsage } from './chat-model.ts';
import { askingForRepair, readJson, statingSchema, type WireSchema, wireSchema } from './json-reply.ts';
import { openTextStream } from './openai-text-stream.ts';
import { declined, emptyAnswer, filtered } from './refusals.ts';

export interface OpenAiChatModelOptions extends UpstreamAccess {
  capability: 'chat' | 'evaluate';
  deadlines?: {
    /** For one `json` call, its repair and its retries included; default 90 s. */
    totalMs?: number;
  } & TextDeadlines;
}

/** Judging wants the same answer twice, asking wants variety. Sent only where the model takes it. */
const temperatures = { chat: 0.7, evaluate: 0 };

const completion = z.object({
  choices: z.array(
    z.object({
      finish_reason: z.string().nullish(),
      message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    }),
  ),
  usage: z.object({ prompt_tokens: z.number().catch(0), completion_tokens: z.number().catch(0) }).nullish(),
});

interface Answer {
  text: string;
  cutOff: boolean;
  model: string;
  usage: TokenUsage;
}

function readAnswer(reply: unknown, model: string): Answer {
  const parsed = completion.safeParse(reply);
  if (!parsed.success) throw new InvalidReply('not a chat completion', { cause: parsed.error });
  const { choices, usage } = parsed.data;
  const text = choices[0]?.message.content?.trim() ?? '';
  const refusal = choices[0]?.message.refusal?.trim();
  const cutOff = choices[0]?.finish_reason === 'length';
  if (refusal) throw declined(refusal);
  if (choices[0]?.finish_reason === 'content_filter') throw filtered();
  if (!text && !cutOff) throw emptyAnswer();
  const tokens = { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 };
  return { text, cutOff, model, usage: tokens };
}

/** Writes through `POST /chat/completions`: typed JSON whole, text as a stream. */
export function createOpenAiChatModel(options: OpenAiChatModelOptions): ChatModel {
  const { capability, client, log } = options;
  const totalMs = options.deadlines?.totalMs ?? 90_000;

  async function ask(request: JsonRequest<unknown>, wire: WireSchema, messages: ChatMessage[], deadlineMs: number) {
    const observation = options.observe?.({ capability, host: hostOf(client.baseURL) });
    const call = { ...options, deadlineMs, signal: request.signal, observation };
    const answer = await callUpstream(call, async (model, signal) => {
      const body: ChatCompletionCreateParamsNonStreaming = {
        model,
        messages,
        response_format: { type: 'json_schema', json_schema: { ...wire, strict: true } },
        ...chatParameters(model, request.maxTokens, temperatures[capability]),
      };
      const reply = await client.chat.completions.create(body, { signal, maxRetries: 0, timeout: deadlineMs });
      return readAnswer(reply, model);
    });
    observation?.tokens(answer.usage);
    observation?.end('ok');
    return answer;
  }

  return {
    stream: (request) => openTextStream({ ...options, temperature: temperatures[capability] }, request),

    async json(request) {
      const endsAt = performance.now() + totalMs;
      const wire = wireSchema(request.name, request.schema);
      const messages = statingSchema(request.messages, wire);
      const first = await ask(request, wire, messages, totalMs);
      const outcome = readJson(first.text, request.schema);
      if ('value' in outcome) return { value: outcome.value, model: first.model, usage: first.usage };

      const problems = first.cutOff ? ['it was cut off at the length limit: be briefer'] : outcome.problems;
      log.warn(
        { capability, model: first.model, schema: request.name, problems: problems.length },
        'repairing an answer',
      );
      const repair = askingForRepair(messages, first.cutOff ? '' : first.text, problems);
      const second = await ask(request, wire, repair, Math.max(1, Math.ceil(endsAt - performance.now())));
      const repaired = readJson(second.text, request.schema);
      if (!('value' in repaired)) {
        const message = 'The model answered twice in a form that cannot be used. Try again.';
        throw new DomainError('upstream_failed', message, { cause: new InvalidReply(repaired.problems.join('; ')) });
      }
      const usage = {
        inputTokens: first.usage.inputTokens + second.usage.inputTokens,
        outputTokens: first.usage.outputTokens + second.usage.outputTokens,
      };
      return { value: repaired.value, model: second.model, usage };
    },
  };
}
