import { z } from 'zod';

/**
 * The languages OpenAI lists for speech to text (https://platform.openai.com/docs/guides/speech-to-text), by the
 * codes its transcription endpoint takes.
 */
export const spokenLanguages = [
  ...['af', 'ar', 'az', 'be', 'bg', 'bs', 'ca', 'cs', 'cy', 'da', 'de', 'el', 'en', 'es', 'et', 'fa', 'fi', 'fr', 'gl'],
  ...['he', 'hi', 'hr', 'hu', 'hy', 'id', 'is', 'it', 'ja', 'kk', 'kn', 'ko', 'lt', 'lv', 'mi', 'mk', 'mr', 'ms', 'ne'],
  ...['nl', 'no', 'pl', 'pt', 'ro', 'ru', 'sk', 'sl', 'sr', 'sv', 'sw', 'ta', 'th', 'tl', 'tr', 'uk', 'ur', 'vi', 'zh'],
];

/** Where BCP 47 and the transcription endpoint name one language differently. */
const endpointCodes: Record<string, string> = { nb: 'no', nn: 'no', fil: 'tl' };

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/** The canonical tag without extensions, or null when it is no tag: `pt_br` is `pt-BR`. */
function canonicalTag(tag: string): string | null {
  try {
    const [canonical] = Intl.getCanonicalLocales(tag.replaceAll('_', '-'));
    return canonical ? new Intl.Locale(canonical).baseName : null;
  } catch (error) {
    if (error instanceof RangeError) return null; // how Intl says that this is no language tag
    throw error;
  }
}

/** The code a transcriber takes: `pt` of `pt-BR`, `no` of `nb`. Lower-cases what is no tag and returns it. */
export function primaryLanguage(tag: string): string {
  const canonical = canonicalTag(tag);
  const primary = canonical ? new Intl.Locale(canonical).language : tag.toLowerCase();
  return endpointCodes[primary] ?? primary;
}

/** The English name, to tell a model which language to write: `Brazilian Portuguese`. */
export function languageName(tag: string): string {
  const canonical = canonicalTag(tag);
  return canonical ? (names.of(canonical) ?? canonical) : tag;
}

/** A BCP 47 tag (RFC 5646) in its canonical form, of a language that can be transcribed: `en`, `de`, `pt-BR`. */
export const languageSchema = z
  .string()
  .max(35, 'must be a language tag such as en, de or pt-BR')
  .overwrite((tag) => canonicalTag(tag.trim()) ?? tag)
  .refine((tag) => canonicalTag(tag) !== null && spokenLanguages.includes(primaryLanguage(tag)), {
    error: `must be the tag of one of the ${spokenLanguages.length} languages that can be transcribed, such as en, de, es, fr, pt-BR, hi, ar, ja or zh`,
  });

// Controls, direction overrides, fillers, invisible signs and tags: none carries meaning, all can hide text from a reader.
const hidden =
  /\u034f|(?![\t\n])[\p{Cc}\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;
// One may choose the form of the sign before it, as of an emoji or a Chinese name; more of them spell bytes.
const surplusVariations = /(?<=[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+/gu;

/** Text without the characters that a reader cannot see. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').toWellFormed().replace(hidden, '').replace(surplusVariations, '');
}

/** One line of visible text, cut at a word. */
export function oneLine(text: string, most: number): string {
  const whole = visibleText(text).replace(/\s+/g, ' ').trim();
  if (whole.length <= most) return whole;
  const clipped = whole
    .slice(0, most)
    .toWellFormed()
    .replace(/\ufffd$/, '');
  return `${clipped.includes(' ') ? clipped.slice(0, clipped.lastIndexOf(' ')) : clipped}…`;
}
