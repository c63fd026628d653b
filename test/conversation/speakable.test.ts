import { expect, test } from 'vitest';
import { speakable } from '../../src/conversation/speakable.ts';

test.each([
  ['**Well** done, *really* good __work__ and _more_.', 'Well done, really good work and more.'],
  ['***Both***: `npm run bench` ~~no~~', 'Both: npm run bench no'],
  ['half a **bold piece,', 'half a bold piece,'],
  ['end of it** here', 'end of it here'],
  ['**3 years** and **5**', '3 years and 5'],
  ['## A heading\n- one\n* two\n• three\n- [x] four\n> five', 'A heading one two three four five'],
  ['1. First\n2. Second', '1. First 2. Second'],
  ['See [the docs, all](https://x.y/a_b "Title") and ![a chart](c.png)!', 'See the docs, all and a chart!'],
  ['```js\nlet a = 2 * 3;\n```', 'let a = 2 * 3;'],
  ['2*3, 2 * 3, snake_case_name, -5 and $29.50', '2*3, 2 * 3, snake_case_name, -5 and $29.50'],
  ['Great 🎉! So 👩‍👩‍👧 it is 👍🏽 1️⃣ 🇩🇪 ❤️', 'Great! So it is 1'],
  ['Viva™ © 2026', 'Viva™ © 2026'],
  ['می‌خواهم क्‍ष', 'می‌خواهم क्‍ष'],
  ['one  \n\n two\r\nthree', 'one two three'],
  ['---\n', ''],
  ['🎉', ''],
  ['— …', ''],
  ['', ''],
])('%j is said as %j', (text, said) => {
  expect(speakable(text)).toBe(said);
  expect(speakable(said)).toBe(said);
});

test('hostile markdown is read once', () => {
  for (const unit of ['*', '[', '_', '-', '`', '🎉', '- ', '|-', '> ', '![](', '\n', '# ', '~', ' *', '[a](']) {
    expect(speakable(`${unit.repeat(4_000)}said`)).toContain('said');
  }
});
