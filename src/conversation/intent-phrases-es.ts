import { type IntentPhrases, opening, within } from './intent-phrase.ts';

export const intentPhrasesEs: IntentPhrases = {
  stop: opening(
    '(?:podemos|quiero|quisiera|me gustaría|vamos a|tengo que|prefiero) (?:terminar|acabar|parar|finalizar|dejarlo|irme)(?: (?:aquí|ya|ahora|por hoy|por favor|la entrevista|la sesión|con la entrevista))*$',
    '(?:terminemos|acabemos|paremos|dejémoslo|termine|terminar|finalice|pare)(?: (?:aquí|ya|ahora|por hoy|la entrevista|la sesión))*$',
    '(?:adiós|hasta luego)$',
  ),
  leavesRole: opening(
    '(?:y )?(?:ignor|olvid)\\p{L}* .{0,40}(?:instruccion|regla|indicacion|todo)\\p{L}*',
    '(?:y )?(?:dime|dígame|dame|deme|muéstrame|muéstreme|revela|revele) (?:\\S+ ){0,4}(?:puntuación|nota|puntos|calificación|evaluación|instrucciones|prompt)',
    'cuál es (?:mi|tu|su|la) (?:puntuación|nota|calificación|prompt)|cómo lo (?:he hecho|hice)',
    '(?:ahora )?(?:eres|usted es) (?:ahora|un asistente|otra)|(?:ahora|a partir de ahora) (?:eres|usted es)',
    '(?:finge|finja|actúa como|actúe como|haz como|compórtate como)',
    '(?:eres|es usted) (?:una? )?(?:ia|inteligencia artificial|bot|robot|máquina|persona real|humano)',
  ),
  repeat: opening(
    '(?:puede|podría|puedes|podrías|me puede|me podría) (?:por favor )?(?:repetir|reformular|explicar|aclarar|decir)\\p{L}*',
    '(?:repita|repite|repítame|otra vez|una vez más)(?: .{0,30})?$',
    'cuál (?:era|es|fue) la pregunta|qué (?:ha dicho|dijo|me ha preguntado|has dicho)',
    'no (?:le |te |la |lo )?(?:he )?(?:oí|oído|entendí|entendido|escuché|escuchado)(?: bien)?(?: la pregunta)?$',
    '(?:perdón|perdone|disculpe|cómo|cómo dice)$',
  ),
  asks: opening(
    '(?:puedo|podría) (?:hacerle|preguntarle|hacer|preguntar)',
    '(?:a )?qué (?:se refiere|quiere decir|te refieres)',
    'se refiere (?:usted )?a',
    '(?:tiene|tienen|puede|podría|trabajan|trabaja) usted(?:es)?(?= )',
    'tengo una (?:pregunta|duda)',
  ),
  think: opening(
    '(?:déjeme|déjame|permítame|tengo que|necesito|quiero) (?:un momento para |que )?(?:pensar|piense|reflexionar|pensarlo|ver)(?: (?:un|una|momento|poco|segundo|en|ello|lo|bien))*$',
    '(?:deme|dame|me da|necesito|denme)(?: solo)? (?:un|una|unos|dos) (?:momento|momentito|segundo|segundos|minuto|minutos|poco)',
    '(?:un|una) (?:momento|momentito|segundo|minuto)(?: por favor)?$',
    '(?:estoy pensando|lo estoy pensando|a ver)$',
  ),
  unknown: opening(
    '(?:la verdad es que )?no (?:lo |la )?sé(?: (?:la respuesta|qué decir|cómo responder|eso))?$',
    '(?:no tengo )?ni idea|no tengo (?:ninguna )?idea|no se me ocurre nada|no (?:me acuerdo|recuerdo|estoy segur[oa])$',
    '(?:la )?siguiente pregunta(?: por favor)?$|(?:paso|pasemos)(?: a la siguiente)?$',
  ),
  reports: within('dijo', 'dije', 'dijeron', 'dijimos', 'preguntó', 'preguntaron', 'respondió', 'contestó'),
};
