import { expect, test } from 'vitest';
import { refuseDeepJson } from '../../src/json-depth.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['as deep as may be', nested(64)],
  ['much beside each other', `[${Array(1_000).fill('{"a":[]}').join()}]`],
  ['brackets in strings', `["${'['.repeat(100)}","\\\\","\\"${'{'.repeat(100)}"]`],
  ['a string without end', `["${'['.repeat(100)}`],
])('taken: %s', (_what, text) => expect(() => refuseDeepJson(text)).not.toThrow());

test.each([
  ['arrays', nested(65)],
  ['objects', '{"a":'.repeat(65)],
  ['after a string that ends with a backslash', `["\\\\",${nested(64)}]`],
])('refused: %s', (_what, text) => expect(() => refuseDeepJson(text)).toThrow(/nested too deeply/));
