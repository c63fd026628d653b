import { translations } from '../../strings/strings.tsx';
import { de } from './strings.de.ts';
import { en } from './strings.en.ts';

export const historyStrings = translations(en, de);
