import { type IntentPhrases, opening, within } from './intent-phrase.ts';

export const intentPhrasesDe: IntentPhrases = {
  stop: opening(
    '(?:lassen sie uns|lass uns|können wir|wir können|ich möchte|ich will|ich würde gern|ich muss)(?: bitte| jetzt| hier| gerne| das gespräch| das interview| damit)* (?:aufhören|beenden|abbrechen|schluss machen|schließen|gehen)(?: bitte)?$',
    '(?:beenden|stoppen|beende|stoppe)(?: sie| wir)?(?: bitte)? (?:das|dieses) (?:interview|gespräch)',
    '(?:auf wiedersehen|tschüss)$',
  ),
  leavesRole: opening(
    '(?:und )?(?:ignorier|vergiss|vergessen|missachte)\\p{L}* .{0,40}(?:anweisung|regel|vorgabe|prompt|alles)\\p{L}*',
    '(?:und )?(?:sag|sagen|gib|geben|nenn|nennen|verrat|zeig|zeigen)\\p{L}* (?:sie )?(?:mir )?(?:\\S+ ){0,4}(?:punkt|punkte|punktzahl|note|bewertung|anweisungen|prompt)',
    'wie (?:habe ich mich geschlagen|war ich|schneide ich ab)',
    '(?:was|wie) ist (?:meine|deine|ihre|der) (?:note|bewertung|punktzahl|prompt|punktestand)',
    '(?:du bist|sie sind) (?:jetzt|ab jetzt|nun|nicht mehr)',
    '(?:tu so|tun sie so|verhalte dich|spiel jetzt|spielen sie jetzt)',
    '(?:bist du|sind sie) (?:eine? )?(?:echte[rs]? )?(?:ki|bot|roboter|maschine|mensch|computer)',
  ),
  repeat: opening(
    '(?:können|könnten|würden) sie (?:das|die frage|es|ihre frage)?(?: bitte)?(?: noch ?mal| noch einmal)? ?(?:wiederholen|sagen|erklären|stellen|umformulieren)',
    '(?:kannst|könntest) du (?:das|die frage|es)(?: bitte)?(?: noch ?mal| noch einmal)? ?(?:wiederholen|sagen|erklären)',
    'wie (?:war|lautet|lautete) (?:noch ?mal )?(?:die|ihre) frage|wie bitte|was haben sie gesagt|was haben sie gefragt',
    'ich habe (?:sie|das|die frage|es) (?:leider )?(?:akustisch )?nicht (?:ganz |richtig )?(?:verstanden|gehört|mitbekommen)',
    '(?:bitte )?(?:noch ?mal|noch einmal)(?: bitte)?$|(?:bitte )?wiederholen sie',
  ),
  asks: opening(
    '(?:darf|kann|dürfte) ich (?:sie |dich )?(?:etwas |was |kurz )*fragen',
    'was (?:genau )?meinen sie',
    'meinen sie',
    '(?:haben|können|könnten|würden|arbeiten) sie(?= )',
    'soll ich(?= )',
    'ich habe eine (?:frage|rückfrage)',
  ),
  think: opening(
    '(?:lassen sie mich|lass mich|ich muss|ich möchte|darf ich|kann ich)(?: mal| kurz| bitte| einen moment| darüber| noch)* (?:nachdenken|überlegen|denken)',
    '(?:geben sie mir|gib mir|ich brauche)(?: bitte| noch| kurz)* (?:einen|eine|ein|zwei) (?:kurzen |kleinen )?(?:moment|augenblick|sekunde|sekunden|minute|minuten|bisschen)',
    '(?:einen |ein |eine )?(?:moment|augenblick|sekunde)(?: bitte| mal)?$',
    'ich (?:überlege|denke)(?: noch| kurz| gerade| nach)*$',
  ),
  unknown: opening(
    '(?:das )?(?:weiß|weiss) ich(?: leider| wirklich| gerade)* nicht',
    'ich (?:weiß|weiss)(?: es| das)?(?: leider| wirklich| gerade)* nicht(?: so recht| genau)?$',
    '(?:ich habe )?(?:leider )?keine (?:ahnung|idee|antwort)',
    'da(?:zu)? fällt mir (?:gerade |leider )?nichts ein|mir fällt (?:gerade |dazu |leider )*nichts ein',
    'ich bin (?:mir )?(?:da )?(?:nicht|un) ?sicher$',
    '(?:die )?nächste frage(?: bitte)?$|weiter bitte$',
  ),
  reports: within('sagte', 'sagten', 'gesagt', 'fragte', 'fragten', 'meinte', 'meinten', 'schrieb', 'antwortete'),
};
