import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultLimits } from '../src/auth/limits.ts';
import { readConfig } from '../src/config.ts';
import { mostEntries, mostInflatedBytes, parseLimitMs } from '../src/documents/parser-limits.ts';
import { defaultBounds } from '../src/http/bounds.ts';
import { maxDocumentBytes } from '../src/http/upload.ts';

/** OWASP ASVS 5.0.0: how many requirements each section has, and which of them are of level 1 and 2. */
const levels: Record<string, { 1: number[]; 2: number[] }> = {
  '2.1': { 1: [1], 2: [2, 3] },
  '2.2': { 1: [1, 2], 2: [3] },
  '2.3': { 1: [1], 2: [2, 3, 4] },
  '2.4': { 1: [], 2: [1] },
  '4.1': { 1: [1], 2: [2, 3] },
  '4.2': { 1: [], 2: [1] },
  '4.3': { 1: [], 2: [1, 2] },
  '4.4': { 1: [1], 2: [2, 3, 4] },
  '5.1': { 1: [], 2: [1] },
  '5.2': { 1: [1, 2], 2: [3] },
  '5.3': { 1: [1, 2], 2: [] },
  '5.4': { 1: [], 2: [1, 2, 3] },
  '6.1': { 1: [1], 2: [2, 3] },
  '6.2': { 1: [1, 2, 3, 4, 5, 6, 7, 8], 2: [9, 10, 11, 12] },
  '6.3': { 1: [1, 2], 2: [3, 4] },
  '6.4': { 1: [1, 2], 2: [3, 4] },
  '6.5': { 1: [], 2: [1, 2, 3, 4, 5] },
  '6.6': { 1: [], 2: [1, 2, 3] },
  '6.8': { 1: [], 2: [1, 2, 3, 4] },
  '7.1': { 1: [], 2: [1, 2, 3] },
  '7.2': { 1: [1, 2, 3, 4], 2: [] },
  '7.3': { 1: [], 2: [1, 2] },
  '7.4': { 1: [1, 2], 2: [3, 4, 5] },
  '7.5': { 1: [], 2: [1, 2] },
  '7.6': { 1: [], 2: [1, 2] },
  '8.1': { 1: [1], 2: [2] },
  '8.2': { 1: [1, 2], 2: [3] },
  '8.3': { 1: [1], 2: [] },
  '8.4': { 1: [], 2: [1] },
  '9.1': { 1: [1, 2, 3], 2: [] },
  '9.2': { 1: [1], 2: [2, 3, 4] },
  '16.1': { 1: [], 2: [1] },
  '16.2': { 1: [], 2: [1, 2, 3, 4, 5] },
  '16.3': { 1: [], 2: [1, 2, 3, 4] },
  '16.4': { 1: [], 2: [1, 2, 3] },
  '16.5': { 1: [], 2: [1, 2, 3] },
};

const document = readFileSync(new URL('asvs.md', import.meta.url), 'utf8');
const [table = '', open = ''] = document.split('\n## Not met, and what would meet it\n');
const rows = table
  .split('\n')
  .filter((line) => /^\| *\d+\.\d+\.\d+/.test(line))
  .map((line) => {
    const [, number, level, , applies, shown] =
      /^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]{8,}) \| (yes|partly|not met|no) \| ([^|]+) \|$/.exec(line) ?? [];
    if (!number || !level || !applies || !shown) throw new Error(`not a row: ${line}`);
    const tests = [...shown.matchAll(/`(test\/[\w./-]+\.test\.ts) > ([^`]+)`/g)];
    const named = tests.map(([, file = '', title = '']) => ({ file, title }));
    return {
      number,
      level,
      applies,
      named,
      words: shown
        .replaceAll(/`[^`]*`/g, '')
        .replaceAll(/<br>/g, ' ')
        .trim(),
    };
  });

/** A title: the first argument of `test`, `it` or `describe`, or of what `.each` gives, with a function or options after it. */
const titled =
  /(?:\b(?:test|it|describe)(?:\.\w+)*(?:<[^\n]*>)?|\))\(\s*(?<quote>['"`])(?<title>(?:\\.|(?!\k<quote>)[^\\])*)\k<quote>,\s*(?:async\b|\(|\{|function\b)/g;
const setAside = /\b(?:test|it|describe)(?:\.\w+)*\.(?:skip|todo|only)\b/;

/** Why this source does not show what it is named for. */
function missing(source: string | null, title: string): string | null {
  if (source === null) return 'there is no such file';
  if (setAside.test(source)) return 'some of its tests are set aside';
  const titles = [...source.matchAll(titled)].map(({ groups }) => groups?.title);
  return titles.includes(title) ? null : 'it has no test of that name';
}

const sources = new Map<string, string | null>();
function sourceOf(file: string): string | null {
  if (!sources.has(file)) sources.set(file, existsSync(file) ? readFileSync(file, 'utf8') : null);
  return sources.get(file) ?? null;
}

test('every named test stands in the code', () => {
  const named = rows.flatMap(({ number, named: tests }) => tests.map((one) => ({ number, ...one })));
  expect(named.length).toBeGreaterThan(100);
  const problems = named.flatMap(({ number, file, title }) => {
    const problem = missing(sourceOf(file), title);
    return problem ? [`${number}: ${file} > ${title}: ${problem}`] : [];
  });
  expect(problems).toEqual([]);
});

test('a named test that is renamed, set aside or gone would be missed', () => {
  for (const { file, title } of rows.flatMap(({ named }) => named)) {
    const source = sourceOf(file) ?? '';
    expect(
      missing(
        source.replaceAll(title, () => `${title} now`),
        title,
      ),
      title,
    ).toMatch(/no test of that name/);
    expect(missing(null, title)).toMatch(/no such file/);
    expect(missing(source.replace(/\b(test|it|describe)\b(?=[.(])/, '$1.skip'), title)).toMatch(/set aside/);
  }
});

test('every row names a test, or says why it does not apply or is not met', () => {
  const wrong = rows.filter(({ applies, named, words }) => {
    if (applies === 'yes') return named.length === 0;
    if (applies === 'partly') return named.length === 0 || words.length < 15;
    return named.length > 0 || words.length < 15;
  });
  expect(wrong.map(({ number }) => number)).toEqual([]);
});

test('what is not met, or not wholly, is told with what would meet it, and nothing else is', () => {
  const told = [...open.matchAll(/^- \*\*([\d., ]+)\*\*: ./gm)].flatMap(([, numbers = '']) => numbers.split(', '));
  const lacking = rows.filter(({ applies }) => applies === 'partly' || applies === 'not met');
  expect(told.toSorted()).toEqual(lacking.map(({ number }) => number).toSorted());
});

test('every requirement of levels 1 and 2 of these chapters has one row, with its level', () => {
  const wanted = Object.entries(levels).flatMap(([section, byLevel]) =>
    ([1, 2] as const).flatMap((level) => byLevel[level].map((last) => `${section}.${last}, level ${level}`)),
  );
  expect(rows.map(({ number, level }) => `${number}, level ${level}`).toSorted()).toEqual(wanted.toSorted());
});

test('the documented limits are those of the code', () => {
  const config = readConfig({});
  const limits: Record<string, number> = {
    'bytes of a recording (`MAX_AUDIO_FILE_SIZE`)': config.MAX_AUDIO_FILE_SIZE,
    'minutes of a recording (`MAX_RECORDING_MINUTES`)': config.MAX_RECORDING_MINUTES,
    'bytes of a CV or job description': maxDocumentBytes,
    'bytes of a DOCX, unpacked': mostInflatedBytes,
    'files in a DOCX': mostEntries,
    'seconds for reading a document': parseLimitMs / 1_000,
    'bytes of request headers': defaultBounds.headerBytes,
    'calls a minute of a user, or of strangers at one address (`RATE_LIMIT_PER_MINUTE`)': config.RATE_LIMIT_PER_MINUTE,
    'minutes of speech a user may have heard in 24 hours (`DAILY_AUDIO_MINUTES`)': config.DAILY_AUDIO_MINUTES,
    'tokens a user may consume in 24 hours (`DAILY_TOKENS`)': config.DAILY_TOKENS,
    'guests one address may make in a minute': defaultLimits.guestsPerMinute,
    'accounts one address may make in a minute': defaultLimits.registrationsPerMinute,
    'wrong passwords for one e-mail in 15 minutes': defaultLimits.failuresPerEmail,
    'wrong passwords from one address in 15 minutes': defaultLimits.failuresPerAddress,
  };
  const documented = [...document.matchAll(/^\| ([^|]+) \| ([\d,]+) \|$/gm)].map(([, what, value]) => [
    what,
    Number(value?.replaceAll(',', '')),
  ]);
  expect(documented).toEqual(Object.entries(limits));
});
