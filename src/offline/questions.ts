import { z } from 'zod';
import { type JobProfile, readJobProfile } from './job-profile.ts';
import { writtenLanguage } from './language.ts';
import { type Category, type Difficulty, type QuestionBook, questionBooks } from './question-book.ts';

/** The `<data>` of an `interview_questions` request. */
export const questionsData = z.object({
  job_description: z.string(),
  cv_text: z.string().nullable(),
  question_count: z.number().int().min(1).max(20),
  difficulty: z.enum(['easy', 'medium', 'hard']),
  language: z.string(),
});

export interface WrittenQuestion {
  question: string;
  category: Category;
  difficulty: Difficulty;
  tips: string;
  expected_answer_focus: string;
  expected_signals: { id: string; description: string; weight: 1 | 2 | 3 }[];
}

/** A varied interview: opens with the background, returns to every category before repeating one. */
const order: Category[] = [
  'experience',
  'technical',
  'behavioral',
  'situational',
  'motivation',
  'technical',
  'experience',
  'behavioral',
  'technical',
  'situational',
];

const signalCounts: Record<Difficulty, number> = { easy: 3, medium: 4, hard: 5 };
const weights = [3, 2, 2, 1, 1] as const;

/** Exactly as many questions as asked for, all different, built from the job description and the CV. */
export function writeQuestions(data: z.output<typeof questionsData>): { questions: WrittenQuestion[] } {
  const book = questionBooks[writtenLanguage(data.language)];
  const profile = readJobProfile(data.job_description, data.cv_text);
  const phrases = createPhrases(book, profile);
  const remaining = structuredClone(book.templates);
  const questions: WrittenQuestion[] = [];
  for (let turn = 0; questions.length < data.question_count; turn++) {
    const category = order[turn % order.length] ?? 'experience';
    const template = remaining[category].shift();
    const filled = template && phrases.fill(template.ask, template.focus);
    if (filled) questions.push(phrase(book, category, data.difficulty, filled));
    // Twenty are always there: a template that could not be filled, or an empty category, only costs a turn.
    if (turn > 200) throw new Error('the question book is too short');
  }
  return { questions };
}

interface FilledTemplate {
  ask: string;
  focus: string;
  skill: string;
}

/** Fills slots; each use of a slot moves on to the next phrase. Null when a needed phrase was not found. */
function createPhrases(book: QuestionBook, profile: JobProfile) {
  const used: Record<string, number> = {};
  const next = (slot: string, phrases: string[]): string | undefined => {
    const index = used[slot] ?? 0;
    used[slot] = index + 1;
    return phrases[index % Math.max(1, phrases.length)];
  };
  return {
    fill(ask: string, focus: string): FilledTemplate | null {
      const skill = ask.includes('{skill}') ? next('skill', profile.skills) : profile.skills[0];
      const values: Record<string, string | undefined> = {
        role: book.role(profile.title),
        skill: skill ?? book.anySkill,
        duty: ask.includes('{duty}') ? next('duty', profile.duties) : undefined,
        project: profile.projects[0],
        employer: profile.employers[0],
      };
      let complete = true;
      const put = (text: string) =>
        text.replace(/\{(\w+)\}/g, (_slot, name: string) => {
          complete &&= values[name] !== undefined;
          return values[name] ?? '';
        });
      const filled = { ask: put(ask), focus: put(focus), skill: skill ?? book.anySkill };
      return complete ? filled : null;
    },
  };
}

function phrase(
  book: QuestionBook,
  category: Category,
  difficulty: Difficulty,
  filled: FilledTemplate,
): WrittenQuestion {
  const added = { easy: book.easier[category], medium: '', hard: book.harder[category] }[difficulty];
  return {
    question: `${filled.ask} ${added}`.trim(),
    category,
    difficulty,
    tips: book.tips[category],
    expected_answer_focus: filled.focus,
    expected_signals: book.signals[category].slice(0, signalCounts[difficulty]).map((description, index) => ({
      id: `s${index + 1}`,
      description: description.replace('{skill}', filled.skill),
      weight: weights[index] ?? 1,
    })),
  };
}
