import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { keep, kept } from '../session/kept.ts';
import { de } from './de.ts';
import { en } from './en.ts';

export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

export type Translations<Strings> = Record<Language, Strings>;

/** The words of a page in every language. A string or a key that German lacks does not compile. */
export function translations<Strings>(en: Strings, de: NoInfer<Strings>): Translations<Strings> {
  return { en, de };
}

const common = translations(en, de);
const isLanguage = (tag: unknown): tag is Language => typeof tag === 'string' && Object.hasOwn(languages, tag);

/** What was chosen before; else the first of the browser's languages that there is. */
function firstLanguage(): Language {
  const chosen = kept('language');
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

/** How the reader's own region writes dates and numbers in this language; English is written here as in Britain. */
const localeOf = (language: Language): string =>
  navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ??
  (language === 'en' ? 'en-GB' : language);

interface ChosenLanguage {
  language: Language;
  /** For dates and numbers: `de-AT`. */
  locale: string;
  setLanguage(language: Language): void;
}

const LanguageContext = createContext<ChosenLanguage | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(
    () => ({
      language,
      locale: localeOf(language),
      setLanguage(chosen: Language) {
        keep('language', chosen);
        setLanguage(chosen);
      },
    }),
    [language],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

/** The language of the page, and how to change it. */
export function useLanguage() {
  const value = use(LanguageContext);
  if (!value) throw new Error('useLanguage needs a LanguageProvider above it.');
  return value;
}

/** The words of a page in the present language: `const t = useStrings(interviewStrings)`. */
export const useStrings = <Strings,>(words: Translations<Strings>): Strings => words[useLanguage().language];

/** The words that pages share. */
export const useCommonStrings = () => useStrings(common);
