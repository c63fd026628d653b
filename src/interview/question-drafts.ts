import { z } from 'zod';
import { oneLine } from './language.ts';
import type { ExpectedSignal } from './scoring.ts';

export const questionCategories = ['behavioral', 'technical', 'situational', 'experience', 'motivation'] as const;
export const difficulties = ['easy', 'medium', 'hard'] as const;
export type QuestionCategory = (typeof questionCategories)[number];
export type Difficulty = (typeof difficulties)[number];

/** Strict structured outputs carry no bounds: see `boundQuestions`. */
export const questionsSchema = z.object({
  questions: z.array(
    z.object({
      question: z.string(),
      category: z.enum(questionCategories),
      difficulty: z.enum(difficulties),
      tips: z.string(),
      expected_answer_focus: z.string(),
      expected_signals: z.array(z.object({ id: z.string(), description: z.string(), weight: z.number() })),
    }),
  ),
});
export type GeneratedQuestions = z.infer<typeof questionsSchema>;

/** What is looked for where a question came without signals. */
const generalSignals: ExpectedSignal[] = [
  { id: 'answers_question', description: 'Answers the question that was asked', weight: 3 },
  { id: 'concrete_example', description: 'Gives a concrete example', weight: 2 },
  { id: 'outcome', description: 'Says what came of it', weight: 2 },
];

function boundSignals(signals: ExpectedSignal[]): ExpectedSignal[] {
  const taken = new Set<string>();
  const bounded = signals.slice(0, 8).flatMap(({ id, description, weight }) => {
    const name =
      id
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '_')
        .replace(/^_|_$/g, '')
        .slice(0, 40) || 'signal';
    let unique = name;
    for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`;
    const text = oneLine(description, 300);
    if (text) taken.add(unique);
    return text ? [{ id: unique, description: text, weight: Math.min(5, Math.max(1, Math.round(weight) || 1)) }] : [];
  });
  return bounded.length > 0 ? bounded : generalSignals;
}

/**
 * Makes generated questions fit to be spoken and stored: at most `count` different ones of 600 characters, without
 * markup; 1–8 signals each with unique snake_case ids and whole weights of 1–5. May leave fewer than asked for.
 */
export function boundQuestions(generated: GeneratedQuestions, count: number): GeneratedQuestions {
  const asked = new Set<string>();
  const questions = generated.questions.map((one) => ({
    ...one,
    question: oneLine(one.question.replace(/^\s*(?:[-*#>]+|\d+[.)])\s+/, '').replace(/\*\*|__|`/g, ''), 600),
    tips: oneLine(one.tips, 500),
    expected_answer_focus: oneLine(one.expected_answer_focus, 300),
    expected_signals: boundSignals(one.expected_signals),
  }));
  const different = questions.filter(({ question }) => {
    const key = question.toLowerCase();
    if (key === '' || asked.has(key)) return false;
    asked.add(key);
    return true;
  });
  return { questions: different.slice(0, count) };
}
