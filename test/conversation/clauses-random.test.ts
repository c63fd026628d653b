import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ClauseOptions, createClauseCutter } from '../../src/conversation/clauses.ts';
import { cut, deltasOf, expectSound, seeded } from './cutting.ts';

describe('random text', () => {
  const languages = ['en', 'de', 'fr', 'es', 'ja', 'zh', 'th', 'hi', 'ar', 'el', 'pt-BR'];
  const wholes = ['$29.50', '3,5', '10,000', 'v2.1', 'https://example.com/a,b?c=1', 'foo@bar.co', 'Node.js', '10:30'];
  const parts = [
    ...wholes,
    ...[
      'word',
      'Word',
      'I',
      'a',
      'z. B.',
      'e.g.',
      'U.S.',
      'a.m.',
      'Dr.',
      'etc.',
      '3.',
      '。',
      '、',
      '次の',
      '質問です',
      '「',
      '」',
    ],
    ...[
      '.',
      ',',
      ';',
      ':',
      '!',
      '?',
      '…',
      '...',
      '—',
      '–',
      '-',
      '«',
      '»',
      '"',
      '“',
      '”',
      '(',
      ')',
      '[',
      ']',
      '*',
      '**',
      '#',
    ],
    ...['👩‍👩‍👧', '🇩🇪', '1️⃣', '🎉', 'é', 'नमस्ते', '।', 'مرحبا', '؟', '،', 'สวัสดี', '한국어', '\u200f', '\u00a0', '\r\n'],
    ...['\n', '\n\n', '\t', '\ud83d', '\udc69', '  '],
  ];

  function randomText(random: (below: number) => number, length: number): string {
    let text = '';
    for (let index = 0; index < length; index++) text += `${parts[random(parts.length)]}${random(3) > 0 ? ' ' : ''}`;
    return text;
  }

  test('is neither lost nor doubled nor reordered, and the deltas never matter', () => {
    const random = seeded(7);
    for (let round = 0; round < 200; round++) {
      const text = randomText(random, random(80));
      const language = languages[random(languages.length)] ?? 'en';
      const options = { language, firstClause: random(2) === 0, maxCharacters: 40 + random(200) };
      const pieces = cut([text], options);
      expectSound(text, pieces);
      expect(cut(text.split(''), options)).toEqual(pieces);
      expect(cut(deltasOf(text, random, 12), options)).toEqual(pieces);
    }
  });

  test('keeps numbers and addresses whole', () => {
    const random = seeded(11);
    for (let round = 0; round < 100; round++) {
      let text = '';
      while (text.length < 400) {
        text += `${random(2) ? wholes[random(wholes.length)] : 'some word'}${['', ',', '.', '!', ' –', ':'][random(6)]} `;
      }
      const ends = new Set<number>();
      let at = 0;
      for (const piece of cut([text], { language: languages[random(4)] ?? 'en' })) {
        at += piece.length;
        ends.add(at);
      }
      for (const { index, 0: whole } of text.matchAll(/\S+/g)) {
        const torn = Array.from(whole.slice(1), (_, at) => index + 1 + at).filter((inside) => ends.has(inside));
        expect(torn, whole).toEqual([]);
      }
    }
  });

  /** How many characters had been read when each piece came, and where the piece lies. */
  function timeline(
    text: string,
    options: ClauseOptions,
  ): { from: number; to: number; readTo: number; piece: string }[] {
    const cutter = createClauseCutter(options);
    let from = 0;
    return text.split('').flatMap((character, index) =>
      cutter.push(character).map((piece) => {
        const to = from + piece.length;
        const entry = { from, to, readTo: index + 1, piece };
        from = to;
        return entry;
      }),
    );
  }

  test('gives a piece at the latest with the word after its end, or when the limit is reached', () => {
    const random = seeded(13);
    const words = [
      'word',
      'Another',
      'U.S.',
      'etc.',
      'Dr.',
      'short,',
      'it:',
      'done.',
      'then?',
      'no!',
      '(so)',
      '“this”',
    ];
    for (let round = 0; round < 100; round++) {
      const maxCharacters = 60 + random(200);
      const text = Array.from({ length: 200 }, () => words[random(words.length)]).join(' ');
      for (const { from, to, readTo, piece } of timeline(text, {
        language: languages[random(4)] ?? 'en',
        maxCharacters,
      })) {
        const limit = from === 0 ? Math.min(120, maxCharacters) : maxCharacters;
        expect(piece.trimEnd().length).toBeLessThanOrEqual(limit);
        expect(readTo).toBeLessThanOrEqual(Math.max(to, from + limit) + 17);
      }
    }
  });

  test('never waits for more than twice the limit, whatever comes', () => {
    const random = seeded(17);
    for (let round = 0; round < 100; round++) {
      const maxCharacters = 40 + random(100);
      const text = randomText(random, 150).replace(/\s+/g, ' ');
      for (const { from, readTo, piece } of timeline(text, {
        language: languages[random(11)] ?? 'en',
        maxCharacters,
      })) {
        expect(piece.trimEnd().length).toBeLessThanOrEqual(2 * maxCharacters);
        expect(readTo - from).toBeLessThanOrEqual(2 * maxCharacters + 17);
      }
    }
  });
});

describe('work', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function segmented(text: string, language: string): number {
    let read = 0;
    const { segment } = Intl.Segmenter.prototype;
    vi.spyOn(Intl.Segmenter.prototype, 'segment').mockImplementation(function (this: Intl.Segmenter, input) {
      read += input.length;
      return segment.call(this, input);
    });
    const pieces = cut(text.split(''), { language });
    vi.restoreAllMocks();
    expect(pieces.join('')).toBe(text);
    return read;
  }

  test.each([
    { language: 'en', unit: 'Tell me about the U.S. market, please. It grew by 3.5 percent. ', most: 2 },
    { language: 'en', unit: 'A. ', most: 20 },
    { language: 'en', unit: 'a? "b" ', most: 14 },
    { language: 'en', unit: 'a', most: 2 },
    { language: 'ja', unit: '次の質問です。', most: 6 },
    { language: 'ja', unit: '質問', most: 2 },
    { language: 'th', unit: 'สวัสดี', most: 2 },
    { language: 'en', unit: '👩‍👩‍👧', most: 2 },
  ])('100 kB of "$unit" one by one reads at most $most times as much', ({ language, unit, most }) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    expect(segmented(text, language)).toBeLessThanOrEqual(most * text.length);
  });

  test('a flood of spaces costs nothing and belongs to the piece before it', () => {
    const text = `Hello there my friend.${' '.repeat(100_000)}Next one.`;
    expect(segmented(text, 'en')).toBeLessThan(200);
    expect(cut(text.split(''), { language: 'en' })).toHaveLength(2);
  });
});
