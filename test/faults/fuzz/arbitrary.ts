import fc from 'fast-check';
import { z } from 'zod';

/** What a JSON Schema says of a value, as far as zod writes it. */
export interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
}

const schemaShape: z.ZodType<JsonSchema> = z.lazy(() =>
  z
    .looseObject({
      type: z.union([z.string(), z.array(z.string())]),
      enum: z.array(z.unknown()),
      format: z.string(),
      properties: z.record(z.string(), schemaShape),
      required: z.array(z.string()),
      items: schemaShape,
      anyOf: z.array(schemaShape),
      oneOf: z.array(schemaShape),
      allOf: z.array(schemaShape),
      minimum: z.number(),
      maximum: z.number(),
      minLength: z.number(),
      maxLength: z.number(),
      maxItems: z.number(),
    })
    .partial(),
);

export const parseSchema = (value: unknown): JsonSchema => schemaShape.parse(value);

/** Values that have broken servers before: text that databases, parsers, paths and pages stumble over. */
const nasty = fc.constantFrom<unknown>(
  ...[null, '', ' ', 0, -1, 1e308, 2 ** 53, 0.1, true, [], {}, [[]], '\u0000', 'a\u0000b', '\ud800', '\udfff\ud800'],
  ...['__proto__', 'constructor', '../../etc/passwd', '..%2f..%2fetc', '<script>alert(1)</script>', "' or 1=1--"],
  ...['{{7*7}}', '\u202eabc', '\ufeff', '\r\nset-cookie: a=b', 'NaN', '00000000-0000-0000-0000-000000000000'],
  ...['x'.repeat(30_000), '字'.repeat(9_000), { __proto__: null, toString: 'x' }, { length: 1e9 }, [null, null]],
  ...['2026-02-30T25:61:61Z', '1e999', '0x10', 'true', '٣', 'é'.normalize('NFD'), '👩‍👩‍👧‍👦'.repeat(500)],
);

const text = ({ minLength = 0, maxLength = 60 }: JsonSchema) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.lorem({ maxCount: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 200) }) },
  );

/** Values that the schema allows, or nearly; ids are mostly those of things that exist. */
export function arbitraryOf(schema: JsonSchema, ids: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const inner = (next: JsonSchema) => arbitraryOf(next, ids);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(inner));
  if (schema.allOf?.[0]) return inner(schema.allOf[0]);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  const { minimum = -100, maximum = 1_000 } = schema;
  switch (type) {
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, inner(field)] as const);
      return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
    }
    case 'array':
      return fc.array(schema.items ? inner(schema.items) : fc.jsonValue(), { maxLength: schema.maxItems ?? 4 });
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      if (schema.format === 'uuid') return ids;
      if (schema.format === 'email') return fc.emailAddress();
      if (schema.format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
      return text(schema);
    default:
      return fc.jsonValue();
  }
}

/** Mostly what is allowed; often with one thing in it that is not, sometimes nothing like it. */
export function hostile(schema: JsonSchema | null, ids: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const allowed = schema ? arbitraryOf(schema, ids) : fc.constant(undefined);
  return fc.oneof(
    { weight: 5, arbitrary: allowed },
    { weight: 4, arbitrary: fc.tuple(allowed, fc.nat(), nasty).map(([value, at, bad]) => replaced(value, at, bad)) },
    { weight: 1, arbitrary: fc.oneof(nasty, fc.jsonValue({ maxDepth: 3 }), deep) },
  );
}

const deep = fc.integer({ min: 10, max: 3_000 }).map((depth) => {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { value };
  return value;
});

/** One property of an object is taken away, doubled under another name or made something else. */
function replaced(value: unknown, at: number, bad: unknown): unknown {
  if (typeof value !== 'object' || value === null) return bad;
  const entries: [string, unknown][] = Object.entries(value);
  const chosen = entries[at % Math.max(1, entries.length)];
  if (!chosen) return { ...value, extra: bad };
  return { ...value, [chosen[0]]: at % 5 === 0 ? undefined : bad };
}
