import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

/** OpenAI's own published schema. Where it is not at hand, nothing is checked. */
const reference = new URL('../../../shared/reference/openai-openapi-subset.json', import.meta.url);
const schema = existsSync(reference) ? loadSchema() : null;

function loadSchema(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  return ajv.addSchema({ $id: 'openai', ...Object(spellOutNullable(JSON.parse(readFileSync(reference, 'utf8')))) });
}

/** `nullable` is OpenAPI 3.0: spelled out, because JSON Schema does not know it beside `$ref` or `enum`. */
function spellOutNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spellOutNullable);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, spellOutNullable(item)]),
  );
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : { ...rest };
}

/** Expects a value to fit OpenAI's schema of that name. */
export function checkShape(name: string, value: unknown): void {
  if (!schema) return;
  const validate = schema.getSchema(`openai#/components/schemas/${name}`) ?? expect.fail(`no schema ${name}`);
  validate(value);
  expect(validate.errors ?? [], JSON.stringify(value).slice(0, 2000)).toEqual([]);
}

/** Expects every event to be one that the published schema knows, with all its fields. */
export function checkEvents(events: unknown[]): void {
  expect(events.length).toBeGreaterThan(0);
  for (const event of events) checkShape('RealtimeServerEvent', event);
  if (schema) expect(() => checkShape('RealtimeServerEvent', { type: 'session.created' })).toThrow();
}
