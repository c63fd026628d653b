import { type IntentPhrases, opening, within } from './intent-phrase.ts';

export const intentPhrasesFr: IntentPhrases = {
  stop: opening(
    "(?:on peut|nous pouvons|pouvons-nous|peut-on|je veux|je voudrais|j'aimerais|je dois|on va|il faut) (?:terminer|arrêter|finir|s'arrêter|m'arrêter|nous arrêter|partir|conclure)(?: (?:ici|là|maintenant|pour aujourd'hui|l'entretien|cet entretien|s'il vous plaît))*$",
    "(?:arrêtons|terminons|finissons|arrêtez|terminez)(?:-nous)?(?: (?:ici|là|maintenant|l'entretien|cet entretien))*$",
    '(?:au revoir)$',
  ),
  leavesRole: opening(
    '(?:et )?(?:ignor|oubli)\\p{L}* .{0,40}(?:instruction|règle|consigne|tout)\\p{L}*',
    '(?:et )?(?:dis|dites|donne|donnez|montre|montrez|révèle|révélez)(?:-moi)? (?:\\S+ ){0,4}(?:score|note|points|évaluation|instructions|prompt)',
    "(?:quel|quelle) est (?:mon|ma|le|la|ton|votre) (?:score|note|évaluation|prompt)|comment je m'en suis sorti",
    '(?:tu es|vous êtes) (?:maintenant|désormais|à présent)|(?:maintenant|désormais) (?:tu es|vous êtes)',
    '(?:fais semblant|faites semblant|comporte-toi comme|agis comme|agissez comme)',
    '(?:es-tu|êtes-vous|tu es|vous êtes) (?:une? )?(?:vraie? )?(?:ia|intelligence artificielle|bot|robot|machine|humain|personne réelle)',
  ),
  repeat: opening(
    "(?:pouvez-vous|pourriez-vous|vous pouvez|vous pourriez|peux-tu|est-ce que vous pouvez) (?:me |s'il vous plaît )?(?:la |le )?(?:répéter|reformuler|redire|expliquer|préciser)",
    "(?:répétez|répète)(?: .{0,30})?$|(?:encore une fois)(?: s'il vous plaît)?$",
    "quelle (?:était|est) (?:la|votre) question|qu'avez-vous dit|vous avez dit quoi",
    "je (?:ne |n')?(?:vous )?(?:ai )?(?:pas|l'ai pas) (?:bien )?(?:compris|entendu|saisi)|je n'ai pas (?:bien )?(?:compris|entendu|saisi)(?: la question| votre question)?",
    '(?:pardon|comment)$',
  ),
  asks: opening(
    '(?:puis-je|je peux|est-ce que je peux) (?:vous )?(?:poser|demander)',
    "(?:que voulez-vous dire|qu'entendez-vous|vous voulez dire|vous parlez de)",
    '(?:avez|pouvez|pourriez|êtes|travaillez)-vous(?= )',
    "j'ai une question",
  ),
  think: opening(
    "(?:laissez-moi|laisse-moi|je dois|il faut que je|j'ai besoin de|je vais|puis-je)(?: y| un peu| juste| un instant)* (?:réfléchir|réfléchisse|penser|voir)(?: (?:un|une|instant|moment|peu|seconde|minute|à|ça|cela))*$",
    "(?:donnez-moi|donne-moi|il me faut|j'ai besoin d'|j'ai besoin de)(?: juste)? ?(?:un|une|quelques|deux) (?:petit |petite )?(?:instants?|moments?|secondes?|minutes?|peu)",
    "(?:un|une) (?:instant|moment|seconde|minute)(?: s'il vous plaît)?$",
    '(?:je réfléchis|attendez)$',
  ),
  unknown: opening(
    'je (?:ne )?(?:le )?sais (?:vraiment )?pas(?: (?:quoi dire|du tout|comment répondre))?$',
    "(?:je n'ai )?aucune idée|je n'en sais rien|rien ne me vient|je ne (?:me souviens|vois|suis) pas(?: sûre?)?$",
    "(?:la )?question suivante(?: s'il vous plaît)?$|(?:je passe|passons)(?: à la suite)?$",
  ),
  reports: within('a dit', 'ai dit', 'ont dit', 'a demandé', 'ai demandé', 'a répondu', 'disait'),
};
