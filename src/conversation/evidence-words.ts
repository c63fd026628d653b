/**
 * Kinds of evidence in English, German, Spanish and French together: `asks` recognises in a signal's description that
 * this kind is wanted, `shows` recognises it in what was said. `*` stands for any ending of a word.
 */
interface EvidenceKind {
  asks: RegExp;
  shows: RegExp;
}

function words(list: string): string {
  return `(?<![\\p{L}])(?:${list
    .trim()
    .replace(/\s*\|\s*/g, '|')
    .replaceAll('*', '\\p{L}*')})(?![\\p{L}])`;
}

const kind = (asks: string, shows: string, also = ''): EvidenceKind => ({
  asks: new RegExp(words(asks), 'iu'),
  shows: new RegExp(`${words(shows)}${also}`, 'iu'),
});

export const evidenceKinds: EvidenceKind[] = [
  kind(
    'result*|outcome*|impact|measur*|effect*|achiev*|success*|ergebnis*|wirkung*|messbar*|erfolg*|resultado*|efecto*|medible*|logro*|résultat*|effet*|mesurable*',
    'result*|outcome|reduced|increased|improved|saved|grew|dropped|cut|halved|doubled|faster|fewer|shipped|in the end|led to|succeeded|percent|ergebnis*|am ende|dadurch|verbesser*|gesenkt|gesteigert|halbiert|verdoppelt|schneller|prozent|al final|logr*|redu*|aument*|mejor*|mitad|por ciento|au final|finalement|amélior*|rédui*|augment*|moitié|pour cent|grâce à',
    '|\\p{Nd}+\\s?[%€$£]|[€$£]\\s?\\p{Nd}|\\p{Nd}+ \\p{L}',
  ),
  kind(
    'action*|personal*|personally|step*|own part|own role|contribut*|took|schritt*|persönlich*|beitrag*|eigene*|acciones|pasos|personalmente|contribu*|rôle|étapes|personnel*',
    "i (?!think|guess|mean|believe|suppose|know|don't|was|am|would say)\\p{L}{2,}|ich (?!denke|glaube|weiß|bin|war)\\p{L}{3,}|habe ich|hatte ich|würde ich|yo|\\p{L}{3,}[éí]|hice|propuse|puse|tuve|haría|j'ai|j'avais|je (?!pense|crois|sais|suis)\\p{L}{3,}",
  ),
  kind(
    'example*|situation*|specific|concrete|experience*|hands-on|project*|story|beispiel*|konkret*|bestimmt*|erfahrung*|projekt*|ejemplo*|situación|concret*|experiencia*|proyecto*|exemple*|expérience*|projet*',
    'for example|for instance|when i|once|last (?:year|month|week)|at my|in my|we had|project|one time|at that time|years ago|zum beispiel|als ich|damals|letztes jahr|bei meiner|in meinem|in meiner|projekt|por ejemplo|cuando|una vez|el año pasado|en mi|proyecto|par exemple|quand|une fois|dernière|dans mon|dans ma|projet',
    '|(?:19|20)\\p{Nd}\\p{Nd}',
  ),
  kind(
    'alternativ*|trade-off*|weigh*|reason*|compar*|decision*|why|abgewogen|wägt|begründ*|gründe|sopesa|razones|decisi*|compara|raison*|décision*|compromis',
    'because|instead|rather than|trade-off*|alternativ*|compared|considered|whereas|weil|denn|statt|stattdessen|abgewogen|entschied*|porque|en lugar de|en vez de|comparé|elegí|parce que|plutôt que|au lieu de|choisi|comparé',
  ),
  kind(
    'learn*|differently|reflect*|feedback|lesson*|gelernt|anders|aprend*|otra manera|appris|différemment|leçon*',
    'learn*|next time|differently|since then|in hindsight|reali[sz]ed|gelernt|seitdem|nächstes mal|im nachhinein|aprendí|desde entonces|la próxima vez|appris|depuis|la prochaine fois|avec le recul',
  ),
  kind(
    'test*|verif*|monitor*|checked|quality|validat*|geprüft|getestet|überwach*|probó|prueba*|verific*|calidad|vérif*|qualité',
    'test*|verif*|monitor*|review*|measured|alert*|dashboard*|checked|validated|geprüft|überprüft|gemessen|probé|probamos|comprob*|verifi*|medimos|vérifi*|mesuré*|contrôl*',
  ),
  kind(
    'colleague*|team*|stakeholder*|communicat*|collaborat*|customer*|people|kollegen|beteiligt*|kommuni*|equipo|compañeros|interesados|comunica*|collègues|équipe*|communi*|client*',
    'team*|colleague*|stakeholder*|customer*|manager*|together|listened|explained|told|asked|agreed|kolleg*|kunde*|gemeinsam|erklärt*|besprochen|equipo|compañer*|cliente*|jefe|juntos|expliqué|équipe|collègue*|client*|ensemble|expliqué',
  ),
  kind(
    'motivat*|goal*|compan*|interest*|motivation|ziele*|firma|stelle|motivación|objetivos|empresa|puesto|objectif*|entreprise|poste',
    'want to|would like|interested|excited|enjoy*|goal*|care about|möchte|interessier*|reizt|begeister*|quiero|quisiera|me interesa|me gusta|me motiva|je veux|je voudrais|intéress*|passionn*|motiv*',
  ),
  kind(
    'priorit*|plan*|deadline*|prioridad*',
    "first|then|priorit*|urgent|most important|plan*|deadline*|zuerst|danach|wichtigst*|dringend|primero|después|prioridad*|urgente|d'abord|ensuite|priorité*",
  ),
  kind(
    'risk*|limit*|way back|fallback|risik*|grenzen|ausweg|riesgo*|límite*|salida|risque*|limite*',
    'risk*|rollback|rolled back|fallback|backup|worst case|in case|limit*|risik*|notfall*|falls|absicher*|riesgo*|límite*|por si|respaldo|risque*|limite*|au cas où',
  ),
];

/** The languages, by primary subtag, in which the absence of these words means something. */
export const evidenceLanguages: ReadonlySet<string> = new Set(['en', 'de', 'es', 'fr']);
