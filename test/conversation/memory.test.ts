import { describe, expect, it, test } from 'vitest';
import { remember, type StoredMessage } from '../../src/conversation/memory.ts';
import { shorten, shortenedMark } from '../../src/conversation/shorten.ts';

const message = (role: StoredMessage['role'], text: string, heardText: string | null = null): StoredMessage => ({
  role,
  text,
  heardText,
});

describe('memory', () => {
  it('keeps the last twenty messages in their order', () => {
    const messages = Array.from({ length: 31 }, (_, at) => message(at % 2 ? 'candidate' : 'interviewer', `turn ${at}`));
    const kept = remember(messages);
    expect(kept).toHaveLength(20);
    expect(kept[0]).toEqual({ role: 'user', content: 'turn 11' });
    expect(kept.at(-1)).toEqual({ role: 'assistant', content: 'turn 30' });
  });

  it('cuts a reply to what was heard of it, and forgets what nobody heard', () => {
    const kept = remember([
      message('interviewer', 'Welcome. What have you built?', 'Welcome.'),
      message('candidate', 'Hello!'),
      message('interviewer', 'Never played.', ''),
      message('system', 'a note'),
      message('candidate', '  '),
    ]);
    expect(kept).toEqual([
      { role: 'assistant', content: 'Welcome.' },
      { role: 'user', content: 'Hello!' },
    ]);
  });

  it('shortens long turns only', () => {
    const long = 'We began in March. '.repeat(300);
    const [first, second] = remember([message('candidate', long), message('candidate', 'Short.')], {
      maxMessages: 20,
      maxTurnChars: 500,
    });
    expect(first?.content.length).toBeLessThanOrEqual(500);
    expect(first?.content.endsWith(shortenedMark)).toBe(true);
    expect(second?.content).toBe('Short.');
  });

  it('remembers nothing when told to keep nothing', () => {
    expect(remember([message('candidate', 'Hello')], { maxMessages: 0, maxTurnChars: 100 })).toEqual([]);
  });
});

describe('shortening', () => {
  const story = [
    'It began with an outage in our shop.',
    ...Array.from(
      { length: 30 },
      (_, at) => `Then we talked about this and that ${'again '.repeat(at % 4)}for a while.`,
    ),
    'Revenue had fallen by 12 percent.',
    ...Array.from({ length: 30 }, () => 'And so it went on and on and on.'),
    'In the end we were calm again.',
  ].join(' ');

  it('keeps the first sentence, the last and those with numbers, in their order', () => {
    expect(shorten(story, 160)).toBe(
      `It began with an outage in our shop. … Revenue had fallen by 12 percent. … In the end we were calm again. ${shortenedMark}`,
    );
  });

  it('leaves alone what fits', () => {
    expect(shorten(`  ${story}\n`, story.length)).toBe(story);
  });

  it('keeps the lines of a CV apart', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `- Led   project number ${at}`).join('\n\n');
    expect(shorten(lines, 100)).toBe(
      `- Led project number 0\n- Led project number 1 … - Led project number 39 ${shortenedMark}`,
    );
  });

  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const words = new Intl.Segmenter('und', { granularity: 'word' });
  const boundaries = (segmenter: Intl.Segmenter, text: string) =>
    new Set([...[...segmenter.segment(text)].map(({ index }) => index), text.length]);
  const texts: [string, string][] = [
    ['a story', story],
    ['speech without full stops', 'and then i said that we should measure it first '.repeat(60).trim()],
    ['Japanese', '昨年、私は新しい請求システムを作りました。処理時間は80%短くなりました。'.repeat(20)],
    ['Chinese without punctuation', '去年我带领团队重建了支付系统并且把成本降低了一半'.repeat(40)],
    ['Thai', 'ฉันสร้างระบบใหม่เมื่อปีที่แล้วและทำให้เร็วขึ้นมาก'.repeat(20)],
    ['Arabic', 'قمت ببناء نظام جديد للفوترة في العام الماضي. انخفضت التكلفة إلى النصف. '.repeat(20).trim()],
    ['Hindi', 'मैंने पिछले साल नई प्रणाली बनाई और समय आधा हो गया। '.repeat(20).trim()],
    ['families and flags', '👩‍👩‍👧‍👦 🇩🇪 é e\u0301 👍🏽 '.repeat(80).trim()],
    ['a word that fits nowhere', `Hello there. ${'x'.repeat(3000)} That was it.`],
    ['one endless word', 'y'.repeat(3000)],
  ];
  const cases = texts.flatMap(([name, text]) => [40, 90, 333, 700].map((most) => [name, most, text] as const));
  test.each(cases)('%s in %i characters: never longer, never cut inside a word or a grapheme', (_name, most, text) => {
    const short = shorten(text, most);
    expect(short.length).toBeLessThanOrEqual(Math.max(most, shortenedMark.length));
    expect(short).toBe(shorten(text, most));
    expect(short.isWellFormed()).toBe(true);
    expect(short.endsWith(shortenedMark)).toBe(true);
    const [atGrapheme, atWord] = [boundaries(graphemes, text), boundaries(words, text)];
    for (const part of short
      .slice(0, -shortenedMark.length)
      .split(' … ')
      .map((piece) => piece.trim())) {
      if (part === '') continue;
      const places: number[] = [];
      for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) places.push(at);
      const clean = (edge: number) => atGrapheme.has(edge) && atWord.has(edge);
      expect(places.some((at) => clean(at) && clean(at + part.length))).toBe(true);
    }
  });

  it('takes half an hour of speech in its stride', () => {
    const monologue = 'and then we moved on to the next of the 40 services, which was slower. '.repeat(500);
    const before = process.cpuUsage();
    shorten(monologue, 2000);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });
});
