import { describe, expect, test } from 'vitest';
import { createClauseCutter, speakablePieces } from '../../src/conversation/clauses.ts';
import { cut, deltasOf, expectSound, seeded } from './cutting.ts';
import { protectedWords, replies } from './replies.ts';

describe('replies', () => {
  test.each(replies)('$language: $pieces', ({ pieces, ...options }) => {
    const text = pieces.join('');
    expect(cut([text], options)).toEqual(pieces);
    expect(cut(text.split(''), options)).toEqual(pieces);
    const random = seeded(text.length);
    for (let round = 0; round < 10; round++) expect(cut(deltasOf(text, random, 9), options)).toEqual(pieces);
    expectSound(text, pieces);
  });

  test.each(protectedWords)('$language never cuts inside "$word"', ({ language, word }) => {
    for (const lead of [
      '',
      'I think ',
      'Well, this one here is long enough already: ',
      `${'many words here '.repeat(7)}`,
    ]) {
      for (const tail of ['', ' follows', ' Follows', ', which is', '. Then more', ' – more', '\nMore']) {
        for (const firstClause of [true, false]) {
          const text = `${lead}${word}${tail}`;
          const pieces = cut(text, { language, firstClause });
          expectSound(text, pieces);
          expect(
            pieces.filter((piece) => piece.includes(word)),
            JSON.stringify(pieces),
          ).toHaveLength(1);
        }
      }
    }
  });
});

describe('limits', () => {
  test('without a clause the first piece ends at the last space before 120 characters', () => {
    const [first = ''] = cut(['many words without any mark '.repeat(10)], { language: 'en' });
    expect(first.trimEnd().length).toBeLessThanOrEqual(120);
    expect(first.length).toBeGreaterThan(110);
    expect(first).toMatch(/ $/);
  });

  test('a long sentence ends at a clause', () => {
    const clause = 'and then we moved the whole of it to another place with care, ';
    const pieces = cut([`Very short indeed. ${clause.repeat(12)}`], { language: 'en', firstClause: false });
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces.slice(1)) expect(piece).toMatch(/care, $/);
    for (const piece of pieces) expect(piece.trimEnd().length).toBeLessThanOrEqual(250);
  });

  test('Japanese without a mark ends between two words', () => {
    const words = Array.from(
      new Intl.Segmenter('ja', { granularity: 'word' }).segment('私は東京で開発者として働いています'),
    );
    const pieces = cut(
      [
        words
          .map(({ segment }) => segment)
          .join('')
          .repeat(30),
      ],
      { language: 'ja' },
    );
    for (const piece of pieces.slice(0, -1)) {
      expect(piece.length).toBeLessThanOrEqual(250);
      expect(piece).not.toMatch(/(?:東|開|開発|働|い|いて|てい)$/);
    }
  });

  test('a long address stays whole, an endless one does not', () => {
    const address = `https://example.com/${'a'.repeat(300)}`;
    expect(cut([`See ${address} for more of it.`], { language: 'en' })).toContain(`${address} `);
    expect(cut(['x'.repeat(1_200)], { language: 'en' }).map(({ length }) => length)).toEqual([499, 499, 202]);
  });

  test('never cuts inside a grapheme, wherever the limit falls', () => {
    for (const unit of ['👩‍👩‍👧', '🇩🇪', 'é', '각']) {
      for (let shift = 0; shift < 9; shift++) {
        const text = `${'x'.repeat(shift)}${unit.repeat(300)}`;
        expectSound(text, cut([text], { language: 'en', maxCharacters: 40 }));
      }
    }
  });

  test('whitespace before the first word counts for nothing', () => {
    const blank = ' \n'.repeat(1_000);
    const pieces = cut([`${blank}Thank you for that, Anna. It was clear to me.`], { language: 'en' });
    expect(pieces).toEqual([`${blank}Thank you for that, `, 'Anna. It was clear to me.']);
  });

  test('refuses options that cannot work', () => {
    expect(() => createClauseCutter({ language: 'not a tag' })).toThrow(RangeError);
    expect(() => createClauseCutter({ language: 'en', maxCharacters: 39 })).toThrow(RangeError);
  });
});

describe('when a piece comes', () => {
  test('with the first character after the gap', () => {
    const cutter = createClauseCutter({ language: 'en' });
    expect(cutter.push('Thank you for that, ')).toEqual([]);
    expect(cutter.push('I')).toEqual(['Thank you for that, ']);
    expect(cutter.push(' liked it.')).toEqual([]);
    expect(cutter.push(' W')).toEqual([]);
    expect(cutter.end()).toEqual(['I liked it. W']);
  });

  test('with the next word after a doubtful full stop', () => {
    const cutter = createClauseCutter({ language: 'en' });
    expect(cutter.push('Let us say at 10 a.m. The')).toEqual([]);
    expect(cutter.push('n ')).toEqual(['Let us say at 10 a.m. ']);
  });

  test('blank text gives none', () => {
    expect(cut([' ', '\n\n', ''], { language: 'en' })).toEqual([]);
  });
});

describe('the first piece of a stream of tokens', () => {
  const firstOf = (deltas: string[], firstClause = true): [number, string] | undefined => {
    const cutter = createClauseCutter({ language: 'en', firstClause, tokens: true });
    for (const [index, delta] of deltas.entries()) {
      const [piece] = cutter.push(delta);
      if (piece !== undefined) return [index, piece];
    }
    return undefined;
  };

  test.each([
    [['Thank', ' you', ' for', ' that', '.', ' What', ' next'], true, 4, 'Thank you for that.'],
    [['Thank ', 'you ', 'for ', 'that. ', 'What ', 'next'], true, 3, 'Thank you for that. '],
    [['Thank', ' you', ' for', ' that', ',', ' Anna', '.'], true, 4, 'Thank you for that,'],
    [
      ['Thank', ' you', ' for', ' that', ',', ' dear', ' friend', '.', ' What'],
      false,
      7,
      'Thank you for that, dear friend.',
    ],
  ])('%j is cut with the token that closes it', (deltas, firstClause, index, piece) => {
    expect(firstOf(deltas, firstClause)).toEqual([index, piece]);
  });

  test.each([
    [['It', ' comes', ' to', ' about', ' $29', '.', '50', ' each']],
    [['We', ' discussed', ' the', ' dept', '.', ' of', ' energy']],
    [['Yesterday', ' we', ' met', ' Dr', '.', ' Smith']],
    [['Look', ' it', ' up', ' at', ' example', '.com', ' now']],
    [['Their', ' company', ' is', ' Acme', ' Inc', '.', ' Berlin']],
    [[...'Look it up at example.com now']],
    [['Oh', '.', ' So']],
  ])('%j is not cut early', (deltas) => {
    expect(firstOf(deltas)).toBeUndefined();
  });

  test('loses nothing, and later pieces wait as ever', () => {
    const deltas = ['I', ' am', ' listening', '.', ' It', ' was', ' very', ' good', '.', ' And', ' then', '?'];
    expect(cut(deltas, { language: 'en', tokens: true })).toEqual([
      'I am listening.',
      ' It was very good. ',
      'And then?',
    ]);
  });
});

describe('speakablePieces', () => {
  test('ends its source when the listener leaves', async () => {
    let ended = false;
    async function* deltas() {
      try {
        for (;;) yield 'Thank you for that. ';
      } finally {
        ended = true;
      }
    }
    for await (const piece of speakablePieces(deltas(), { language: 'en' })) {
      expect(piece).toBe('Thank you for that. ');
      break;
    }
    expect(ended).toBe(true);
  });

  test('passes a failure on after the pieces that were certain', async () => {
    async function* deltas() {
      yield 'Thank you for that. And th';
      throw new Error('gone');
    }
    const heard: string[] = [];
    const listening = (async () => {
      for await (const piece of speakablePieces(deltas(), { language: 'en' })) heard.push(piece);
    })();
    await expect(listening).rejects.toThrow('gone');
    expect(heard).toEqual(['Thank you for that. ']);
  });
});
