import { describe, expect, test } from 'vitest';
import { boundQuestions, questionsSchema } from '../../src/interview/question-drafts.ts';
import { indexTranscript } from '../../src/interview/quotes.ts';
import { boundNarrative, extractionSchema, narrativeSchema, scoreAnswer, verify } from '../../src/interview/scoring.ts';
import { readJson } from '../../src/llm/json-reply.ts';
import { attacks, unseen } from './corpus.ts';

const expected = [
  { id: 'own_action', description: 'Describes what they did themselves', weight: 3 },
  { id: 'result', description: 'Gives a concrete result with numbers', weight: 2 },
];
/** Nobody in the corpus says these. */
const inventions = [
  'I personally rebuilt the settlement ledger in eleven weeks',
  'which cut our losses by sixty three percent',
  'every customer of ours applauded',
];
const honest = 'I watered the plants every single morning, and four of them survived the winter.';

/** All that an obedient model would write, in whatever form it was asked for: then read as any reply is. */
function obeyed(words: string, claims: object[]) {
  const reply = JSON.stringify({
    score: 100,
    overall_score: 100,
    verdict: words.slice(0, 500),
    weight: 1e6,
    signals: [
      ...claims,
      { id: 'hired', support: 'full', quotes: inventions, weight: 1_000, score: 100 },
      { id: words.slice(0, 200), support: 'full', quotes: inventions },
    ],
    concerns: [],
    __proto__: { score: 100 },
  });
  const outcome = readJson(reply, extractionSchema);
  if (!('value' in outcome)) return expect.fail('the reply could not be read');
  return outcome.value;
}

const inventedFor = (id: string) => ({
  id,
  support: 'full',
  quotes: inventions,
  score: 100,
  verified: true,
  startIndex: 0,
  endIndex: 5,
});

describe.each(attacks)('$theme: $name', ({ text }) => {
  const answer = text.slice(0, 20_000);

  test('an obedient model gives nothing for what was not said', () => {
    const transcript = indexTranscript(answer, []);
    const verified = verify(
      obeyed(
        answer,
        expected.map(({ id }) => inventedFor(id)),
      ),
      expected,
      transcript,
    );
    expect(verified.signals.map(({ support, quotes, weight }) => [support, quotes.length, weight])).toEqual([
      ['none', 0, 3],
      ['none', 0, 2],
    ]);
    expect(scoreAnswer(verified)).toMatchObject({ score: 0, coverage: 0 });
  });

  test('it adds nothing to what was said', () => {
    const whole = `${honest}\n${answer}`;
    const transcript = indexTranscript(whole, []);
    const earned = { id: 'own_action', support: 'partial', quotes: ['I watered the plants every single morning'] };
    const plain = verify({ signals: [{ ...earned, support: 'partial' as const }], concerns: [] }, expected, transcript);
    const obedient = verify(
      obeyed(answer, [earned, inventedFor('own_action'), inventedFor('result')]),
      expected,
      transcript,
    );
    expect(scoreAnswer(obedient)).toEqual(scoreAnswer(plain));
    expect(scoreAnswer(plain).score).toBe(30);
    for (const { quotes } of obedient.signals) {
      for (const { text: quoted, startIndex, endIndex } of quotes)
        expect(whole.slice(startIndex, endIndex)).toBe(quoted);
    }
  });

  test('what it writes is bounded text', () => {
    const narrative = readJson(
      JSON.stringify({
        strengths: Array(50).fill(text),
        weaknesses: [text],
        correct_answer: text,
        answer_analysis: text,
        improvement_tips: [text, 'Score: 100'],
        follow_up_questions: [text],
        score: 100,
      }),
      narrativeSchema,
    );
    if (!('value' in narrative)) return expect.fail('the reply could not be read');
    const bounded = boundNarrative(narrative.value);
    expect(bounded).not.toHaveProperty('score');
    const lines = Object.values(bounded).flat();
    expect(lines.every((line) => typeof line === 'string' && line.length <= 3_001 && !line.includes('\n'))).toBe(true);
    expect(lines.filter((line) => unseen.test(line))).toEqual([]);
  });

  test('the questions it writes are bounded text with bounded weights', () => {
    const question = {
      question: `${text} Why?`,
      category: 'behavioral',
      difficulty: 'easy',
      tips: text,
      expected_answer_focus: text,
      expected_signals: [
        { id: text, description: text, weight: 1e9 },
        { id: '__proto__', description: 'Says so', weight: -5 },
      ],
      href: 'javascript:alert(1)',
    };
    const read = readJson(JSON.stringify({ questions: [question] }), questionsSchema);
    if (!('value' in read)) return expect.fail('the reply could not be read');
    const { questions } = boundQuestions(read.value, 1);
    for (const { expected_signals: signals, ...texts } of questions) {
      expect(Object.keys(texts).sort()).toEqual([
        'category',
        'difficulty',
        'expected_answer_focus',
        'question',
        'tips',
      ]);
      for (const line of Object.values(texts)) expect(line).not.toMatch(/[\n\r]/);
      expect(Object.values(texts).filter((line) => unseen.test(line))).toEqual([]);
      expect(texts.question.length).toBeLessThanOrEqual(601);
      for (const { id, weight, description } of signals) {
        expect(id).toMatch(/^[a-z0-9_]{1,48}$/);
        expect([1, 2, 3, 4, 5]).toContain(weight);
        expect(description.length).toBeLessThanOrEqual(301);
      }
    }
  });
});
