import { z } from 'zod';
import { oneLine, primaryLanguage } from './language.ts';
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

type Descriptions = readonly [answers: string, example: string, outcome: string];

const english: Descriptions = [
  'Answers the question that was asked',
  'Gives a concrete example',
  'Says what came of it',
];
const translated: Record<string, Descriptions> = {
  de: ['Beantwortet die gestellte Frage', 'Nennt ein konkretes Beispiel', 'Sagt, welches Ergebnis es hatte'],
  es: ['Responde a la pregunta planteada', 'Da un ejemplo concreto', 'Dice cuál fue el resultado'],
  fr: ['Répond à la question posée', 'Donne un exemple concret', 'Dit quel en a été le résultat'],
};

/** What is looked for where a question came without signals; in English where the language is not at hand. */
export function generalSignals(language = 'en'): ExpectedSignal[] {
  const [answers, example, outcome] = translated[primaryLanguage(language)] ?? english;
  return [
    { id: 'answers_question', description: answers, weight: 3 },
    { id: 'concrete_example', description: example, weight: 2 },
    { id: 'outcome', description: outcome, weight: 2 },
  ];
}

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
  return bounded.length > 0 ? bounded : generalSignals();
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
