import type { WrittenLanguage } from './language.ts';

/** What an interviewer says around the prepared questions. */
export interface InterviewerLines {
  welcome: string;
  acknowledge: string[];
  /** Stands for the acknowledgement where no speech model could hear the answer. */
  unheard: string;
  letThink: string;
  windDown: string;
  again: string;
  cannotTell: string;
  stayInRole: string;
  close: string;
  /** By what a signal's description asks for; the first that fits. */
  probes: [RegExp, string][];
  anyProbe: (signal: string) => string;
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

export const interviewerLines: Record<WrittenLanguage, InterviewerLines> = {
  en: {
    welcome: 'Welcome, and thank you for taking the time today.',
    acknowledge: ['Thank you, that helps me to picture it.', 'I see, thank you.', 'That is good to know.'],
    unheard: 'I could not make out that recording, because no speech model is connected; you can type your answers.',
    letThink: 'Take your time.',
    windDown:
      'Thank you, let me stop you there for a moment. If you had to put it in one sentence: what is the most important point?',
    again: 'Of course, I will ask again.',
    cannotTell: 'That is a fair question, but it is one that I cannot answer here. Let us come back to this:',
    stayInRole: 'I am here as your interviewer, so let us stay with that.',
    close: 'That was my last question. Thank you for the conversation; your feedback follows in a moment. Goodbye.',
    probes: [
      [/trade-off|alternative/iu, 'Which alternatives did you weigh, and why did you decide as you did?'],
      [/learned|differently/iu, 'What did you learn from it, and what would you do differently today?'],
      [/result|outcome|impact|effect/iu, 'What came of it in the end, in numbers if you have them?'],
      [/tested|monitored|verified/iu, 'How did you check that it really worked?'],
      [/risk|limits/iu, 'Where were the risks, and what was your way back?'],
      [/priorit/iu, 'What would you do first, and why?'],
      [/colleague|team|stakeholder/iu, 'Who else was involved, and how did you work with them?'],
      [/action|steps|own part|personally/iu, 'What exactly did you do there yourself?'],
      [/motivation that/iu, 'Why this job in particular?'],
      [/goals/iu, 'What would you like to have achieved after a year in this job?'],
      [/to the job/iu, 'How would that help you in this job?'],
      [/example|situation|specific|hands-on|experience/iu, 'Can you give me one concrete example of that?'],
    ],
    anyProbe: (signal) => `Could you tell me a little more about this: ${lower(signal)}?`,
  },
  de: {
    welcome: 'Willkommen, und danke, dass Sie sich heute Zeit nehmen.',
    acknowledge: ['Danke, das hilft mir, es mir vorzustellen.', 'Ich verstehe, danke.', 'Gut zu wissen.'],
    unheard:
      'Diese Aufnahme konnte ich nicht verstehen, weil kein Sprachmodell verbunden ist; Sie können Ihre Antworten tippen.',
    letThink: 'Lassen Sie sich Zeit.',
    windDown:
      'Danke, ich unterbreche Sie hier kurz. Wenn Sie es in einem Satz sagen müssten: Was ist der wichtigste Punkt?',
    again: 'Gern, ich frage noch einmal.',
    cannotTell: 'Das ist eine berechtigte Frage, die ich hier aber nicht beantworten kann. Zurück zu dieser Frage:',
    stayInRole: 'Ich bin hier, um mit Ihnen das Gespräch zu führen; bleiben wir dabei.',
    close: 'Das war meine letzte Frage. Vielen Dank für das Gespräch; die Rückmeldung folgt gleich. Auf Wiedersehen.',
    probes: [
      [/alternativ/iu, 'Welche Alternativen haben Sie abgewogen, und warum haben Sie so entschieden?'],
      [/gelernt|anders/iu, 'Was haben Sie daraus gelernt, und was würden Sie heute anders machen?'],
      [/ergebnis|wirkung/iu, 'Was ist am Ende daraus geworden, gern in Zahlen?'],
      [/getestet|geprüft/iu, 'Woran haben Sie gemerkt, dass es wirklich funktioniert?'],
      [/risik|grenzen/iu, 'Wo lagen die Risiken, und was war Ihr Ausweg?'],
      [/priorit/iu, 'Was würden Sie zuerst tun, und warum?'],
      [/kolleg|team|beteiligt/iu, 'Wer war noch beteiligt, und wie haben Sie zusammengearbeitet?'],
      [/schritte|persönlich/iu, 'Was genau haben Sie dabei selbst getan?'],
      [/motivation, die/iu, 'Warum gerade diese Stelle?'],
      [/ziele/iu, 'Was möchten Sie nach einem Jahr in dieser Stelle erreicht haben?'],
      [/mit der stelle/iu, 'Wie würde Ihnen das in dieser Stelle helfen?'],
      [/beispiel|situation|erfahrung/iu, 'Können Sie mir dafür ein konkretes Beispiel nennen?'],
    ],
    anyProbe: (signal) => `Können Sie mir dazu etwas mehr sagen: ${signal}?`,
  },
  es: {
    welcome: 'Le doy la bienvenida y gracias por su tiempo.',
    acknowledge: ['Gracias, eso me ayuda a imaginarlo.', 'Entiendo, gracias.', 'Es bueno saberlo.'],
    unheard:
      'No he podido entender esa grabación porque no hay un modelo de voz conectado; puede escribir sus respuestas.',
    letThink: 'Tómese su tiempo.',
    windDown:
      'Gracias, permítame interrumpirle un momento. Si tuviera que decirlo en una frase: ¿cuál es el punto más importante?',
    again: 'Claro, se lo pregunto otra vez.',
    cannotTell: 'Es una buena pregunta, pero aquí no puedo responderla. Volvamos a esto:',
    stayInRole: 'Estoy aquí para hacerle la entrevista, así que sigamos con ella.',
    close: 'Esa era mi última pregunta. Gracias por la conversación; enseguida recibirá sus comentarios. Hasta pronto.',
    probes: [
      [/alternativ/iu, '¿Qué alternativas sopesó y por qué decidió así?'],
      [/aprendió|otra manera/iu, '¿Qué aprendió de ello y qué haría hoy de otra manera?'],
      [/resultado|efecto/iu, '¿Qué resultó al final, en cifras si las tiene?'],
      [/probó|verificó/iu, '¿Cómo comprobó que de verdad funcionaba?'],
      [/riesgo|límites/iu, '¿Dónde estaban los riesgos y cuál era su salida?'],
      [/prioridad/iu, '¿Qué haría primero y por qué?'],
      [/compañer|equipo|interesados/iu, '¿Quién más participó y cómo trabajaron juntos?'],
      [/acciones|pasos|personalmente/iu, '¿Qué hizo usted exactamente?'],
      [/motivación propia/iu, '¿Por qué precisamente este puesto?'],
      [/objetivos/iu, '¿Qué le gustaría haber logrado después de un año en este puesto?'],
      [/con el puesto/iu, '¿Cómo le ayudaría eso en este puesto?'],
      [/ejemplo|situación|experiencia/iu, '¿Puede darme un ejemplo concreto?'],
    ],
    anyProbe: (signal) => `¿Puede contarme algo más sobre esto: ${lower(signal)}?`,
  },
};
