import { createContext, use } from 'react';

/** The language in which an interview is held, for `lang`: it need not be the page's (WCAG 3.1.2). */
export const SpokenLanguage = createContext('en');

export const useSpokenLanguage = (): string => use(SpokenLanguage);
