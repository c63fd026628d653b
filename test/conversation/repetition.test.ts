import { expect, test } from 'vitest';
import { saysAgain } from '../../src/conversation/repetition.ts';

const answer = 'I moved our payment service to TypeScript, and the error rate fell by forty percent.';

test.each([
  ['the same words', answer, answer, 'en'],
  ['other punctuation and case', answer, answer.toUpperCase().replace(',', ''), 'en'],
  [
    'a slip mended',
    answer,
    'I moved our payments service to TypeScript and the error rate fell by about forty percent',
    'en',
  ],
  ['a language without spaces', '支払いのサービスを移行しました。', '支払いのサービスを移行しました', 'ja'],
])('%s is said again', (_, before, now, language) => {
  expect(saysAgain(before, now, language)).toBe(true);
});

test.each([
  ['what follows', answer, 'After that I led the team that ran it in production for two years.'],
  ['a few words of it', answer, 'I moved it.'],
  ['a long answer that happens to hold a short one', 'I see.', `I see what you mean. ${answer}`],
  ['nothing', answer, ''],
  ['silence before', '', answer],
])('%s is not', (_, before, now) => {
  expect(saysAgain(before, now, 'en')).toBe(false);
});
