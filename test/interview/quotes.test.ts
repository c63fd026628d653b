import { describe, expect, test } from 'vitest';
import { indexTranscript, locateQuote } from '../../src/interview/quotes.ts';
import type { TimedWord } from '../../src/speech/transcriber.ts';

/** One word every half second, 400 ms long. */
const timed = (...words: string[]): TimedWord[] =>
  words.map((word, index) => ({ word, startMs: index * 500, endMs: index * 500 + 400 }));

const found: [what: string, transcript: string, quote: string, text: string][] = [
  ['case', 'I led a Team of five.', 'i LED a team', 'I led a Team'],
  ['curly apostrophes', 'It’s what we’ve done, isn’t it?', "it's what we've done", 'It’s what we’ve done'],
  ['an accent typed as an apostrophe', "I don't know that", 'I don´t know', "I don't know"],
  ['quotation marks around it', 'He said stop right there', '“stop right there…”', 'stop right there'],
  ['slang as it was said', "I'm gonna ship it", 'gonna ship it', 'gonna ship it'],
  ['hyphens written apart', 'a well-known co-founder of it', 'well known cofounder', 'well-known co-founder'],
  ['words hyphenated in the quote', 'a well known thing', 'well-known thing', 'well known thing'],
  ['a soft hyphen', 'our micro\u00adservices failed', 'our microservices', 'our micro\u00adservices'],
  ['dashes between words', 'the team—and I mean all—left', 'team and i mean all', 'team—and I mean all'],
  ['a price', 'It cost $29.50, not more.', 'cost $29.50', 'cost $29.50'],
  ['a price without its sign', 'I paid $29.50 there', '29.50 there', '$29.50 there'],
  ['a loss stays a loss', 'revenue moved -5% overall', 'revenue moved 5', 'revenue moved -5%'],
  ['a range of years', 'from 2019–2021 there', 'from 2019 - 2021', 'from 2019–2021'],
  [
    'umlauts composed differently',
    'Wir führten die Prüfung ein',
    'fu\u0308hrten die Pru\u0308fung',
    'führten die Prüfung',
  ],
  ['sharp s in capitals', 'Die Straße war lang', 'DIE STRASSE WAR', 'Die Straße war'],
  ['ligatures and full width', 'the ﬁrst ＡＰＩ we built', 'the first api', 'the ﬁrst ＡＰＩ'],
  ['across sentence ends', 'We failed. Then we\n  learned.', 'failed then we learned', 'failed. Then we\n  learned'],
  ['a filler left in', 'I, um, asked them', 'i um asked', 'I, um, asked'],
  ['Node.js and C++', 'We used Node.js and C++ daily.', 'used node.js and c++', 'used Node.js and C++'],
  ['initials', 'I moved to the U.S. office', 'the US office', 'the U.S. office'],
  ['Japanese', '私はチームを率いて、売上を伸ばしました。', 'チームを率いて売上', 'チームを率いて、売上'],
  ['Japanese, spaced by the model', '私は五人のチームです', '五人 の チーム', '五人のチーム'],
  ['Chinese beside Latin', '我们用React重写了前端', '用 React 重写', '用React重写'],
  ['Thai', 'ฉันนำทีมห้าคน', 'นำทีมห้า', 'นำทีมห้า'],
  ['Arabic with a tatweel', 'قُدتُ فريقًا كبيـــرًا جدا', 'فريقًا كبيرًا', 'فريقًا كبيـــرًا'],
  ['Greek final sigma', 'Ο ΔΡΟΜΟΣ ΜΟΥ', 'ο δρόμος μου'.replace('ό', 'ο'), 'Ο ΔΡΟΜΟΣ ΜΟΥ'],
  ['Korean words', '저는 다섯 명을 이끌었습니다', '다섯 명을', '다섯 명을'],
  ['Hindi', 'मैंने एक टीम का नेतृत्व किया', 'टीम का नेतृत्व', 'टीम का नेतृत्व'],
  ['emoji between words', 'great ❤️ team work', 'great team', 'great ❤️ team'],
  ['a whole short answer', 'Yes.', 'yes', 'Yes'],
  ['the second place, when the first is part of a word', 'heart of it, art of war', 'art of war', 'art of war'],
  ['after an astral letter', '𝐀 bold 𝐩𝐥𝐚𝐧 we made', 'plan we made', '𝐩𝐥𝐚𝐧 we made'],
];

const missing: [what: string, transcript: string, quote: string][] = [
  ['a fabricated quote', 'I like sports', 'I led a team of five'],
  ['part of a word at the start', 'the upstart failed us', 'start failed us'],
  ['part of a word at the end', 'we lead teamwork here', 'we lead team'],
  ['a word split in two', 'I saw therapist notes', 'saw the rapist notes'],
  ['two words run together', 'I saw the rapist notes', 'saw therapist notes'],
  ['words left out', 'I did not lead the team', 'I did lead the team'],
  ['an elision', 'I led a team and after months shipped it', 'I led a team ... shipped it'],
  ['words in another order', 'team led I', 'I led team'],
  ['half of a contraction', "I can't do that", 'that I can'],
  ['can out of cannot', "Honestly I can't do that", 'Honestly I can'],
  ['what slang means', "I'm gonna ship it", 'going to ship it'],
  ['a number without its point', 'it cost 29.50 euros', 'cost 2950 euros'],
  ['part of a number', 'it cost 129 euros', '29 euros'],
  ['a range read as one number', 'between 1-2 weeks', 'between 12 weeks'],
  ['another language', 'we used C++ daily', 'used C daily'],
  ['one word of many', 'I led the team', 'team'],
  ['three characters of many', '私はチームを率いた', 'チーム'],
  ['half a voiced character', 'これはがくせいです', 'はかくせい'],
  ['part of a number before a Chinese word', '我带了15人的团队', '5人的团队'],
  ['an umlaut dropped', 'wir hören zu', 'wir horen zu'],
  ['an empty quote', 'I led the team', ''],
  ['punctuation only', 'I led the team', '... !'],
  ['nothing said', '', 'I led'],
  ['markup', 'I led the team', '<script>alert(1)</script>'],
];

describe('locateQuote', () => {
  test.each(found)('finds %s', (_what, transcript, quote, text) => {
    const located = locateQuote(quote, transcript, []);
    expect(located?.text).toBe(text);
    expect(transcript.slice(located?.startIndex, located?.endIndex)).toBe(text);
    expect(located?.startMs).toBeNull();
  });

  test.each(missing)('refuses %s', (_what, transcript, quote) => {
    expect(locateQuote(quote, transcript, [])).toBeNull();
  });

  test('takes the times of the words it covers', () => {
    const words = timed('So', 'I', 'led', 'a', 'team');
    expect(locateQuote('led a team', 'So, I led a team.', words)).toMatchObject({ startMs: 1000, endMs: 2400 });
  });

  test('aligns words that are split differently from the text', () => {
    const words = timed(' It', ' cost', ' $29', '.50', ' per', ' well', '-known', ' user');
    const located = locateQuote('29.50 per well-known', 'It cost $29.50 per well-known user.', words);
    expect(located).toMatchObject({ text: '$29.50 per well-known', startMs: 1000, endMs: 3400 });
  });

  test('aligns Japanese words with the characters they hold', () => {
    const words = timed('私', 'は', 'チーム', 'を', '率いて');
    expect(locateQuote('チームを率いて', '私は、チームを率いて。', words)).toMatchObject({
      startMs: 1000,
      endMs: 2400,
    });
  });

  test('finds its way back after words that differ from the text', () => {
    const words = timed('I', 'was', 'going', 'to', 'say', 'umm', 'that', 'we', 'shipped', 'the', 'product');
    const transcript = 'I was gonna say that we shipped the product';
    expect(locateQuote('we shipped the product', transcript, words)).toMatchObject({ startMs: 3500, endMs: 5400 });
  });

  test('has no times where no timed word belongs to the quote', () => {
    const located = locateQuote('the product', 'we shipped the product', timed('completely', 'other', 'speech'));
    expect(located).toMatchObject({ text: 'the product', startMs: null, endMs: null });
  });

  test('looks up many quotes in a long transcript, at the right times', () => {
    const spoken = Array.from({ length: 15_000 }, (_, index) => `word${index}`);
    const index = indexTranscript(`${spoken.join(', ')}.`, timed(...spoken));
    expect(index.wordCount).toBe(15_000);
    for (let at = 0; at < 15_000; at += 500) {
      expect(index.locate(`word${at} word${at + 1}`)).toMatchObject({ startMs: at * 500, endMs: at * 500 + 900 });
    }
    expect(index.locate('word14999 word0')).toBeNull();
  });

  test('survives hostile repetition', () => {
    const index = indexTranscript('あ'.repeat(100_000), timed('い'.repeat(50_000)));
    expect(index.locate(`${'あ'.repeat(500)}い`)).toBeNull();
    expect(indexTranscript('a b '.repeat(25_000), []).locate(`${'a b '.repeat(150)}c`)).toBeNull();
  });
});
