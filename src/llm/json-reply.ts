import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import type { ChatMessage } from './chat-model.ts';

/** A schema as OpenAI's strict structured outputs take it. */
export interface WireSchema {
  name: string;
  schema: Record<string, unknown>;
}

export type JsonOutcome<T> = { value: T } | { problems: string[] };

/** Keywords that strict mode refuses: https://developers.openai.com/api/docs/guides/structured-outputs */
const refusedKeywords = new Set(['$schema', 'default', 'minLength', 'maxLength']);

const record = z.record(z.string(), z.unknown());

function withoutRefused(node: unknown, keys: 'keywords' | 'names'): unknown {
  if (Array.isArray(node)) return node.map((item) => withoutRefused(item, 'keywords'));
  const parsed = record.safeParse(node);
  if (!parsed.success) return node;
  return Object.fromEntries(
    Object.entries(parsed.data)
      .filter(([key]) => keys === 'names' || !refusedKeywords.has(key))
      .map(([key, value]) => {
        if (key === 'enum' || key === 'const') return [key, value];
        // Under `properties` the keys are field names, and a field may be called "default".
        const holdsNames = keys === 'keywords' && ['properties', 'definitions', '$defs'].includes(key);
        return [key, withoutRefused(value, holdsNames ? 'names' : 'keywords')];
      }),
  );
}

/** Every field becomes required and every object closed. Throws for a schema strict mode cannot express. */
export function wireSchema(name: string, schema: z.ZodType): WireSchema {
  const { json_schema } = zodResponseFormat(schema, name);
  return { name, schema: record.parse(withoutRefused(json_schema.schema, 'keywords')) };
}

/** States the schema in words too: Fireworks enforces it while decoding but does not show it to the model. */
export function statingSchema(messages: ChatMessage[], { schema }: WireSchema): ChatMessage[] {
  const rule = `Answer with one JSON object that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
  const [first, ...rest] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: rule }, ...messages];
  return [{ role: 'system', content: `${first.content}\n\n${rule}` }, ...rest];
}

/** Parses a model's answer. A Markdown fence around it, common with small models, is taken off. */
export function readJson<T>(text: string, schema: z.ZodType<T>): JsonOutcome<T> {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\s*```(?:json)?\s*|\s*```\s*$/g, ''));
  } catch {
    // The parser's message quotes the answer, which may be private.
    return { problems: ['it is not valid JSON'] };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  return { problems: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the object'}: ${issue.message}`) };
}

/** Asks once more for the same thing, saying only what was wrong with the first answer. */
export function askingForRepair(messages: ChatMessage[], answer: string, problems: string[]): ChatMessage[] {
  const list = problems.slice(0, 20).map((problem) => `- ${problem}`);
  const content = `That answer does not fit the schema:\n${list.join('\n')}\nSend the whole corrected JSON object and nothing else.`;
  return [...messages, ...(answer ? [{ role: 'assistant' as const, content: answer }] : []), { role: 'user', content }];
}
