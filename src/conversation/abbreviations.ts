/**
 * What a full stop after a word says, per language, where Unicode's sentence rules (UAX #29) would end a sentence.
 * Entries in lower case fit any case, others exactly. The words of `any` hold in every language.
 */
interface AbbreviationList {
  /** Always followed by more of the sentence: `Dr. Smith`. */
  inside?: string;
  /** Abbreviations only in front of a number: `No. 5`, but `No. I did not.` */
  beforeNumber?: string;
  /** May close a sentence, and does when a capital follows: `etc. The`. */
  closing?: string;
  /** May close a sentence, but names follow as well (`Acme Inc. Berlin`): only a word of `starters` decides. */
  ambiguous?: string;
  /** Frequent first words of a sentence that are hardly ever part of a name. */
  starters?: string;
}

const lists: Record<string, AbbreviationList> = {
  any: { inside: 'dr prof mr mrs mme mlle vs Ing Dipl', closing: 'etc', ambiguous: 'inc ltd Co corp jr' },
  en: {
    inside: 'ms messrs st mt Gen Gov Sen Rep Rev Hon Col Capt Lt Sgt Sr dept approx eg ie cf',
    beforeNumber:
      'no nos fig figs vol ch sec art pp eq est ext jan feb mar apr jun jul aug sep sept oct nov dec max min',
    ambiguous: 'al ave blvd rd',
    starters: `The This That These Those They There Then It I We You He She But And So If In On At My Our Your What How Why
      When Where Who Which Could Can Would Do Did Is Are Was Let Please Now Also However Tell Thank Thanks Great Good Yes
      No Not For As After Before To With Here`,
  },
  de: {
    inside: `bzw ca evtl ggf inkl exkl vgl sog zzgl bspw mind max min tel Hr Fr Frl Fa Str St abt geb gest allg insb Mio Mrd
      Tsd jhd Jh`,
    beforeNumber: 'nr abs art kap bd',
    closing: 'usw usf',
    starters: `Der Die Das Ich Wir Sie Er Es Du Ihr Und Aber Dann Danach Also Wie Was Warum Wann Wo Wer Welche Können
      Könnten Ist Sind War Haben Hat In Im Am Auf Bei Mit Für Nach Wenn Dies Diese Dieser Dabei Damit Deshalb Erzählen
      Bitte Danke Gut Nun Jetzt Ein Eine`,
  },
  fr: {
    inside: 'mm mgr env max min',
    beforeNumber: 'no vol chap art fig tél',
    starters: `Le La Les Un Une Il Elle Ils Elles Je Nous Vous On Ce Cette Ces Et Mais Puis Alors Donc Comment Pourquoi
      Quand Que Qui Quel Quelle Dans En Pour Avec Si`,
  },
  es: {
    inside: 'sr sra sres srta ud uds vd dra d dña lic aprox máx mín av',
    beforeNumber: 'núm pág págs cap art fig tel',
    ambiguous: 'ee uu',
    starters: `El La Los Las Un Una Yo Nosotros Usted Ella Ellos Y Pero Luego Entonces Cómo Por Cuando Qué Quién Cuál
      Dónde En Para Con Si Es Esto Este Esta Después`,
  },
  it: { inside: 'sig dott avv gent', beforeNumber: 'pag fig art', closing: 'ecc' },
  pt: { inside: 'sr sra srs dra av aprox', beforeNumber: 'nº pág cap fig art' },
  nl: { inside: 'bijv dhr mevr mw ca max min', beforeNumber: 'nr blz fig', closing: 'enz' },
  ru: { inside: 'ул им см стр', closing: 'др пр' },
  hi: { inside: 'डॉ श्री' },
  th: { inside: 'ดร' },
};

/** Where a number with a full stop is an ordinal, as in `am 3. Oktober` (CLDR, ordinal patterns). */
const ordinalLanguages = 'bs cs da de et fi hr hu is lv nb nn no pl sk sl sr tr'.split(' ');

// Always with more to come; every other dotted run, such as U.S. or a.m., may also close a sentence.
const dottedInside = /^(?:e\.g|i\.e|z\.\s?b|d\.\s?h|u\.\s?a|o\.\s?ä|i\.\s?d\.\s?r|v\.\s?a|m\.\s?e|p\.\s?ej|c\.-à-d)$/iu;
const dotted = /^(?:\p{L}\p{M}*\p{L}?\.\s?)+\p{L}\p{M}*\p{L}{0,2}$/u;
// One letter alone is an initial; a syllable of Han, kana or Hangul is a word.
const singleLetter = /^(?:[\p{Lu}\p{Ll}]|(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])\p{Lo})\p{M}*$/u;

export type FullStop = 'inside' | 'beforeNumber' | 'closing' | 'ambiguous' | 'plain';

export interface Abbreviations {
  /** What the full stop after `word` says. `word` carries no final full stop; initials come whole: `z. B`. */
  classify(word: string): FullStop;
  /** Whether the word begins sentences in this language. */
  starts(word: string): boolean;
}

/** @param language the primary code, as `primaryLanguage` gives it */
export function abbreviationsOf(language: string): Abbreviations {
  const merged = [lists.any, lists[language]];
  const words = (kind: keyof AbbreviationList) => new Set(merged.flatMap((list) => list?.[kind]?.split(/\s+/) ?? []));
  const kinds = (['inside', 'beforeNumber', 'closing', 'ambiguous'] as const).map(
    (kind) => [kind, words(kind)] as const,
  );
  const starters = words('starters');
  const ordinals = ordinalLanguages.includes(language);
  return {
    classify(word) {
      for (const [kind, set] of kinds) if (set.has(word) || set.has(word.toLowerCase())) return kind;
      if (dottedInside.test(word)) return 'inside';
      if (dotted.test(word) || singleLetter.test(word)) return 'ambiguous';
      return ordinals && /^\p{Nd}{1,2}$/u.test(word) ? 'ambiguous' : 'plain';
    },
    starts: (word) => starters.has(word),
  };
}
