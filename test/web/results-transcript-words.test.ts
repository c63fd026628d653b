import { expect, it } from 'vitest';
import { cutTranscript, placeWords, wordAt } from '../../src/web/pages/results/transcript-words.ts';

const spoken = (text: string) =>
  text.split(' ').map((word, index) => ({ word, startMs: index * 500, endMs: index * 500 + 400 }));

const placed = (transcript: string, words: string) =>
  placeWords(transcript, spoken(words)).map(({ startIndex, endIndex }) => transcript.slice(startIndex, endIndex));

it('finds timed words whatever their case and punctuation', () => {
  expect(placed('Well — it was “fine”, 29.50 €.', 'well it was fine 29.50')).toEqual([
    'Well',
    'it',
    'was',
    'fine',
    '29.50',
  ]);
  expect(placed('It is C++.', ' it  is C++. ')).toEqual(['It', 'is', 'C++']);
});

it('leaves out what was not written down, and finds the rest', () => {
  expect(placed('I measured the queries.', 'um I measured uh the queries')).toEqual([
    'I',
    'measured',
    'the',
    'queries',
  ]);
});

it('does not run ahead to a word that only comes much later', () => {
  const transcript = `one two ${'and so on '.repeat(20)}lost three`;
  expect(placed(transcript, 'one lost two')).toEqual(['one', 'two']);
});

it('keeps its place where small letters are longer than capitals', () => {
  expect(placed('İstanbul was nice', 'İstanbul was nice')).toEqual(['İstanbul', 'was', 'nice']);
});

it('cuts at words and at both ends of the quote, and loses nothing', () => {
  const transcript = 'I measured the queries and found it.';
  const words = placeWords(transcript, spoken('I measured the queries and found it'));
  const pieces = cutTranscript(transcript, words, { startIndex: 2, endIndex: 22 });
  expect(pieces.map(({ text }) => text).join('')).toBe(transcript);
  const quoted = pieces.filter((piece) => piece.quoted);
  expect(quoted.map(({ text }) => text).join('')).toBe('measured the queries');
  expect(quoted.map(({ word }) => word)).toEqual([1, null, 2, null, 3]);
  expect(cutTranscript('No words.', [], null)).toEqual([{ text: 'No words.', word: null, quoted: false }]);
});

it('tells the word of a moment, through short pauses and not through long ones', () => {
  const words = placeWords('one two', spoken('one two'));
  expect(wordAt(words, 0)).toBe(0);
  expect(wordAt(words, 450)).toBe(0);
  expect(wordAt(words, 600)).toBe(1);
  expect(wordAt(words, 1_400)).toBe(null);
});
