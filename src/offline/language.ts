/** Languages in which questions, feedback and conversation are written; any other falls back to English. */
export type WrittenLanguage = 'en' | 'de' | 'es';

/** `de-AT` is written as `de`, `fr` as `en`. */
export function writtenLanguage(tag: string): WrittenLanguage {
  const primary = tag.toLowerCase().split(/[-_]/)[0];
  return primary === 'de' || primary === 'es' ? primary : 'en';
}

/** Scripts that belong to one language well enough to choose a voice by. Kana comes before Han. */
const scripts: [RegExp, string][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/[іїєґ]/giu, 'uk'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/[پچژگ]/gu, 'fa'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Bengali}/gu, 'bn'],
  [/\p{Script=Tamil}/gu, 'ta'],
  [/\p{Script=Thai}/gu, 'th'],
];

const commonWords: Record<string, string> = {
  en: 'the and you your to of is are was a an with for what how did i my that this it in about would have when',
  de: 'der die das und ist sie ihr ihre ihnen ein eine einen mit für wie was nicht ich wir haben zu im den bei auf dem',
  es: 'el la los las y que de en un una por para cómo qué su sus con no es usted se lo del al cuál cuando he',
  fr: 'le la les des et est vous votre une un pour dans que avec comment quel pas je du sur ce quelle avez',
  it: 'il lo gli che di è per una un non con sono come cosa della ha suo nel si quale le mi',
  pt: 'o os as e que de não uma um para com você seu sua como em do da é por no na qual se',
  nl: 'de het een en van je is dat wat hoe niet met voor ik op zijn uw te heeft u',
  pl: 'i w na się nie jest że jak z do co to pan pani jaki czy o dla',
  sv: 'och att det en ett som är du din hur vad inte med för på jag har av',
  da: 'og at det en et som er du din hvordan hvad ikke med for på jeg har af',
  tr: 've bir bu için ne nasıl ile da de mi siz çok olan bana',
};

const wordSets = Object.entries(commonWords).map(([language, words]) => ({
  language,
  words: new Set(words.split(' ')),
}));

/** The likeliest language of a text as a primary BCP 47 tag, by script, then by common words; `en` when in doubt. */
export function guessLanguage(text: string): string {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const byScript = scripts.find(([script]) => (text.match(script)?.length ?? 0) > letters * 0.04);
  if (byScript && !/^[\p{Script=Latin}\P{L}]*$/u.test(text)) return byScript[1];
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  let best = { language: 'en', hits: 0 };
  for (const candidate of wordSets) {
    const hits = words.filter((word) => candidate.words.has(word)).length;
    if (hits > best.hits) best = { language: candidate.language, hits };
  }
  return best.language;
}
