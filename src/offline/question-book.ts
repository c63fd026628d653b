import type { WrittenLanguage } from './language.ts';
import { questionsDe } from './questions-de.ts';
import { questionsEn } from './questions-en.ts';
import { questionsEs } from './questions-es.ts';

export const categories = ['behavioral', 'technical', 'situational', 'experience', 'motivation'] as const;
export type Category = (typeof categories)[number];
export type Difficulty = 'easy' | 'medium' | 'hard';

/** Slots: `{role}` and `{skill}` always have words; a template with any other slot needs that phrase to be found. */
export interface QuestionTemplate {
  ask: string;
  focus: string;
}

/** All that is needed to write questions in one language. Without a CV each book still holds over 20 questions. */
export interface QuestionBook {
  templates: Record<Category, QuestionTemplate[]>;
  /** Added to the question: a gentler way in, or a harder second half. */
  easier: Record<Category, string>;
  harder: Record<Category, string>;
  tips: Record<Category, string>;
  /** From the most to the least telling. */
  signals: Record<Category, string[]>;
  role: (title: string | null) => string;
  /** Stands in for `{skill}` when the job description names none. */
  anySkill: string;
}

export const questionBooks: Record<WrittenLanguage, QuestionBook> = {
  en: questionsEn,
  de: questionsDe,
  es: questionsEs,
};
