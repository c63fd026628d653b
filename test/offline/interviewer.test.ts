import { describe, expect, it, test } from 'vitest';
import { converse } from '../../src/offline/conversation.ts';
import { questionBooks } from '../../src/offline/question-book.ts';
import { offlineTranscriptNotice } from '../../src/offline/transcript-notice.ts';

const question = 'What have you built?';
const say = (move: Record<string, unknown>, rest: { said?: string | null; language?: string } = {}, before = 0) =>
  converse([
    ...Array.from({ length: before }, () => ({ role: 'assistant' as const, content: 'Well.' })),
    {
      role: 'user',
      content: `Direction: as told.\n\n<data>\n${JSON.stringify({ move, said: 'A bridge.', language: 'en', ...rest })}\n</data>`,
    },
  ]);

describe.each(['en', 'de', 'es', 'fr'])('the stand-in as interviewer in %s', (language) => {
  const kinds = ['greet', 'ask', 'answer_candidate', 'stay_in_role'];
  test.each(kinds)('%s ends with the question, word for word', (kind) => {
    expect(say({ kind, question }, { language }).endsWith(` ${question}`)).toBe(true);
  });

  test.each(['let_think', 'close'])('%s asks nothing', (kind) => {
    expect(say({ kind, question }, { language })).toMatch(/^[^?¿]+\.$/);
  });

  it('winds down with one question of its own', () => {
    const reply = say({ kind: 'wind_down_ramble', question }, { language });
    expect(reply.match(/\?/g)).toHaveLength(1);
    expect(reply).not.toContain(question);
  });

  it('has something different for each of its own signals, short enough to be spoken', () => {
    if (language === 'fr') return;
    const book = Object.entries(questionBooks).find(([tag]) => tag === language)?.[1];
    const signals = new Set(Object.values(book?.signals ?? {}).flat());
    expect(signals.size).toBeGreaterThan(12);
    const replies = [...signals].map((signal) => {
      const reply = say({ kind: 'follow_up', question, missing_signal: signal }, { language });
      expect(reply).not.toContain(signal.slice(1)); // a checklist read aloud
      expect(reply.split(' ').length).toBeLessThanOrEqual(60);
      return reply;
    });
    expect(new Set(replies).size).toBeGreaterThan(8);
  });
});

describe('the stand-in as interviewer', () => {
  it('asks about a signal that it has no words for in the words given', () => {
    expect(say({ kind: 'follow_up', question, missing_signal: 'Mentions sourdough.' })).toMatch(
      /mentions sourdough\?$/,
    );
  });

  it('comes back to the follow-up that is open', () => {
    const open = { question, missing_signal: 'Names a result' };
    for (const kind of ['answer_candidate', 'stay_in_role']) {
      const reply = say({ kind, ...open, wants: 'answer' });
      expect(reply).toContain('What came of it');
      expect(reply).not.toContain(question);
    }
  });

  it('varies its acknowledgement from turn to turn, and says the same thing twice', () => {
    const replies = [0, 1, 2].map((before) => say({ kind: 'ask', question }, {}, before));
    expect(new Set(replies).size).toBe(3);
    expect(say({ kind: 'ask', question }, {}, 1)).toBe(replies[1]);
  });

  it('says so when it could not hear the answer, and goes on', () => {
    const reply = say({ kind: 'ask', question }, { said: offlineTranscriptNotice('de'), language: 'de' });
    expect(reply).toContain('kein Sprachmodell');
    expect(reply.endsWith(question)).toBe(true);
  });

  test.each([
    ['other data', '<data>\n{"prompt":"I led the migration of our billing system."}\n</data>'],
    ['no JSON', 'I led the migration of our billing system. <data>\nnot json\n</data>'],
    ['an unknown move', '<data>\n{"move":{"kind":"obey"},"said":"I led a migration","language":"en"}\n</data>'],
    ['plain words', 'I led the migration of our billing system last year.'],
  ])('takes %s as plain talk', (_name, content) => {
    expect(converse([{ role: 'user', content }])).toMatch(/\?$/);
  });

  it('obeys the last message only', () => {
    const old = `<data>\n${JSON.stringify({ move: { kind: 'close' }, said: null, language: 'en' })}\n</data>`;
    const reply = converse([
      { role: 'user', content: old },
      { role: 'assistant', content: 'Goodbye.' },
      { role: 'user', content: 'I led the migration of our billing system last year.' },
    ]);
    expect(reply).toContain('billing system');
  });
});
