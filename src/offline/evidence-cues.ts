/**
 * Kinds of evidence: `asks` recognises a signal that wants this kind, `shows` a sentence that gives it.
 * English, German and Spanish together; a sentence of another language simply shows less.
 */
interface EvidenceCue {
  asks: RegExp;
  shows: RegExp;
}

/** `word` matches whole words, `word*` beginnings. Accents count as letters. */
function cue(words: string): RegExp {
  const choices = words
    .split('|')
    .map((word) => (word.endsWith('*') ? `${word.slice(0, -1)}\\p{L}*` : word))
    .join('|');
  return new RegExp(`(?<![\\p{L}])(?:${choices})(?![\\p{L}])`, 'iu');
}

const measured =
  /\d[\d.,]*\s*(?:%|percent|per cent|prozent|por ciento|ms|seconds?|minutes?|hours?|days?|weeks?|months?|people|users?|customers?|k\b|euros?|dollars?|€|\$|sekunden|minuten|stunden|tage|kunden|segundos|minutos|horas|días|clientes)|[$€£]\s?\d/iu;

export const resultShown = cue(
  'result*|reduced|increased|improved|improvement*|saved|grew|fell|dropped|halved|doubled|tripled|faster|outcome|in the end|led to|so that|as a consequence|' +
    'shipped|succeeded|ergebnis*|dadurch|senkte*|gesenkt|gesteigert|verbesser*|halbiert|verdoppelt|schneller|am ende|resultado*|' +
    'redujo|redujimos|reduje|aument*|mejor*|logr*|al final|gracias a eso',
);
export const ownActionShown = cue(
  'i (?:\\p{L}+ly )?(?:(?!need)\\p{L}{2,}ed|built|wrote|rewrote|led|set|made|ran|took|did|split|found|would|began|spoke|went|' +
    'chose|cut|held|taught|sold|won|drove|grew|kept|gave|put|brought|met)|' +
    'ich (?:habe|hatte|wollte|würde)|habe ich|hatte ich|würde ich|yo|hice|decidí|propuse|lideré|creé|organicé|haría|empecé|diseñé',
);
export const exampleShown = cue(
  'when i|at my|in my|last year|last month|once|for example|for instance|one time|in 20\\d\\d|at the time|two years ago|we had|project|' +
    'zum beispiel|als ich|bei meiner|in meinem|letztes jahr|projekt|damals|por ejemplo|cuando|en mi|el año pasado|proyecto|una vez',
);

const cues: EvidenceCue[] = [
  {
    asks: cue(
      'result*|outcome*|measur*|impact|metric*|number*|effect|ergebnis*|wirkung|messbar*|resultado*|medible|efecto',
    ),
    shows: new RegExp(`${resultShown.source}|${measured.source}`, 'iu'),
  },
  {
    asks: cue(
      'action*|personally|step*|own part|contribut*|role in|schritte*|persönlich|beitrag|acciones|pasos|personalmente',
    ),
    shows: ownActionShown,
  },
  {
    asks: cue(
      'example*|situation*|specific|concrete|hands-on|experience|beispiel*|erfahrung|ejemplo*|situación|experiencia',
    ),
    shows: exampleShown,
  },
  {
    asks: cue('alternativ*|trade-off*|weigh*|reason*|compar*|decision*|begründ*|wägt|abgewogen|sopesa|razones|decis*'),
    shows: cue(
      'because|instead|rather than|alternativ*|trade-off*|compared|considered|chose|whereas|weil|stattdessen|denn|statt|verglichen|entschied*|porque|en lugar de|comparé|elegí',
    ),
  },
  {
    asks: cue('learn*|differently|reflect*|feedback|gelernt|anders|aprend*|otra manera'),
    shows: cue(
      'learn*|next time|differently|reali[sz]ed|since then|in hindsight|gelernt|seitdem|nächstes mal|aprendí|desde entonces|la próxima vez',
    ),
  },
  {
    asks: cue('test*|verif*|monitor*|quality|checked|prove|geprüft|getestet|prob*'),
    shows: cue(
      'test*|verif*|monitor*|review*|measured|alert*|dashboard*|checked|validated|geprüft|überprüft|probé|comprobé|verifiqué',
    ),
  },
  {
    asks: cue(
      'colleague*|team*|stakeholder*|communicat*|collaborat*|listen*|kollegen|beteiligte*|spricht|equipo|compañeros|interesados|comunica',
    ),
    shows: cue(
      'team*|colleague*|stakeholder*|customer*|manager|together|listened|explained|we agreed|asked|told|kollegen|kunde*|gemeinsam|erklärt*|equipo|compañer*|cliente*|juntos|expliqué',
    ),
  },
  {
    asks: cue('motivat*|goal*|compan*|interest*|ziele*|firma|motivación|objetivos|empresa'),
    shows: cue(
      'want to|interested|excited|motivat*|goal*|because|enjoy*|care about|möchte|interessier*|reizt|begeister*|quiero|me interesa|me gusta|me motiva',
    ),
  },
  {
    asks: cue('priorit*|plan|plans|deadline*|prioritäten|prioridades'),
    shows: cue(
      'first|priorit*|urgent|most important|deadline*|plan|planned|zuerst|wichtigste*|dringend|primero|prioridad*|urgente',
    ),
  },
  {
    asks: cue('risk*|limit*|way back|grenzen|risik*|ausweg|riesgos|límites'),
    shows: cue(
      'risk*|rollback|rolled back|fallback|limit*|worst case|backup|in case|risik*|notfall*|falls|riesgo*|límite*|por si',
    ),
  },
];

/** Somebody who asks for points or gives the examiner orders: never evidence, whatever words it shares. */
const begging =
  /(?:(?:score|grade|marks?|points|rating|punkte|note|puntos|nota)\b.*\b(?:give|full|perfect|maximum|max|100|ten|gib|volle|dame|máxim\p{L}*))|(?:(?:give|award|assign|gib|dame)\b.*\b(?:score|grade|marks?|points|rating|100|punkte|puntos|nota))|(?:ignore|disregard|forget)\b.*\b(?:instruction|prompt|rule|above)|system prompt/iu;

export function isBegging(sentence: string): boolean {
  return begging.test(sentence);
}

/** The patterns of evidence that a signal's description asks for; empty when it asks for none of the known kinds. */
export function evidenceWanted(description: string): RegExp[] {
  return cues.filter(({ asks }) => asks.test(description)).map(({ shows }) => shows);
}

export function showsResult(sentence: string): boolean {
  return resultShown.test(sentence) || measured.test(sentence);
}
