import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { languageName, languageSchema, primaryLanguage, spokenLanguages } from '../../src/interview/language.ts';

describe('languageSchema', () => {
  test.each([
    ['en', 'en'],
    ['EN', 'en'],
    [' de ', 'de'],
    ['pt-br', 'pt-BR'],
    ['pt_BR', 'pt-BR'],
    ['zh-hans-cn', 'zh-Hans-CN'],
    ['cmn', 'zh'],
    ['iw', 'he'],
    ['nb-NO', 'nb-NO'],
    ['tl', 'fil'],
    ['en-US-u-ca-buddhist-x-private', 'en-US'],
  ])('reads %j as %s', (tag, canonical) => {
    expect(languageSchema.parse(tag)).toBe(canonical);
    expect(languageSchema.parse(canonical)).toBe(canonical);
  });

  test.each([
    '',
    'klingon',
    'tlh',
    'x-private',
    'und',
    'e',
    'English please',
    'de\u0000',
    '../en',
    'la',
    'yue',
    'en'.padEnd(40, '-aaaaaaaa'),
  ])('refuses %j and says what to send', (tag) => {
    const parsed = languageSchema.safeParse(tag);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues[0]?.message).toMatch(/language.*such as en, de/);
  });

  test('can be published as JSON Schema', () => {
    expect(z.toJSONSchema(languageSchema)).toMatchObject({ type: 'string' });
  });
});

test('every listed language is accepted, reaches the transcriber as its own code and has a name', () => {
  expect(new Set(spokenLanguages).size).toBe(57);
  for (const code of spokenLanguages) {
    expect(primaryLanguage(languageSchema.parse(code))).toBe(code);
    expect(languageName(code).length).toBeGreaterThan(3);
  }
});

test('primaryLanguage gives the code that a transcriber takes', () => {
  expect(primaryLanguage('pt-BR')).toBe('pt');
  expect(primaryLanguage('nn')).toBe('no');
  expect(primaryLanguage('fil-PH')).toBe('tl');
});

test('languageName gives the English name', () => {
  expect(languageName('de')).toBe('German');
  expect(languageName('pt-BR')).toBe('Brazilian Portuguese');
  expect(languageName('not a tag')).toBe('not a tag');
});
