import type { Evidence } from './extraction.ts';
import type { WrittenLanguage } from './language.ts';

type Concern = Evidence['concerns'][number]['kind'];

export interface NarrativePhrases {
  shown: (signal: string, quote: string) => string;
  partlyShown: (signal: string, quote: string) => string;
  missing: (signal: string) => string;
  /** The one strength of an answer that showed nothing expected. */
  attempted: (opening: string | null) => string;
  concerns: Record<Concern, { weakness: string; tip: string }>;
  quoting: (quote: string) => string;
  strongAnswer: (focus: string, signals: string[]) => string;
  analysis: (counts: { full: number; partial: number; all: number }, best: string | null, gap: string | null) => string;
  tip: (signal: string) => string;
  practise: string;
  followUpOnQuote: (quote: string) => string;
  followUpOnGap: (signal: string) => string;
  followUpOnResult: string;
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

const en: NarrativePhrases = {
  shown: (signal, quote) => `${signal}: you said “${quote}”`,
  partlyShown: (signal, quote) => `Only partly shown: ${lower(signal)}. “${quote}” is a start, but it stays general.`,
  missing: (signal) => `Not found in the answer: ${lower(signal)}.`,
  attempted: (opening) =>
    opening
      ? `You took up the question and began with “${opening}”`
      : 'You faced the question; there is now something to build on.',
  concerns: {
    vague: {
      weakness: 'Parts of the answer stay vague.',
      tip: 'Replace hedges such as “sort of” with a name, a date or a number.',
    },
    off_topic: {
      weakness: 'The answer moves away from the question.',
      tip: 'Repeat the question in your first sentence, then answer that.',
    },
    no_example: {
      weakness: 'There is no concrete example from your own work.',
      tip: 'Choose one real situation and stay with it to the end.',
    },
    no_result: {
      weakness: 'It is not said what came of it.',
      tip: 'End with the result, in numbers if you have them.',
    },
    rambling: {
      weakness: 'The answer is long and loses its thread.',
      tip: 'Aim for two minutes: situation, task, action, result.',
    },
    unclear: {
      weakness: 'There was too little to understand.',
      tip: 'Speak in full sentences and give at least one example.',
    },
  },
  quoting: (quote) => ` (“${quote}”)`,
  strongAnswer: (focus, signals) =>
    `A strong answer is about this: ${lower(focus)}. In one real story it ${signals.map((signal) => lower(signal)).join('; ')}. It opens with the situation in two sentences, stays with your own actions and closes with the result.`,
  analysis: ({ full, partial, all }, best, gap) =>
    `Of ${all} expected points the answer shows ${full} fully and ${partial} partly.${best ? ` The strongest moment is “${best}”` : ''}${gap ? ` What is missing most: ${lower(gap)}.` : ''}`,
  tip: (signal) => `Add a sentence that does this: ${lower(signal)}.`,
  practise: 'Tell the same story again in under two minutes and listen to the recording.',
  followUpOnQuote: (quote) => `You said “${quote}” What exactly was your own part in that?`,
  followUpOnGap: (signal) => `Can you give an example of this: ${lower(signal)}?`,
  followUpOnResult: 'How did you know that it had worked?',
};

const de: NarrativePhrases = {
  shown: (signal, quote) => `${signal}: Sie sagten „${quote}“`,
  partlyShown: (signal, quote) => `Nur teilweise: ${signal}. „${quote}“ ist ein Anfang, bleibt aber allgemein.`,
  missing: (signal) => `In der Antwort nicht gefunden: ${signal}.`,
  attempted: (opening) =>
    opening
      ? `Sie haben die Frage aufgenommen und begonnen mit „${opening}“`
      : 'Sie haben sich der Frage gestellt; darauf lässt sich aufbauen.',
  concerns: {
    vague: {
      weakness: 'Teile der Antwort bleiben vage.',
      tip: 'Ersetzen Sie „irgendwie“ durch einen Namen, ein Datum oder eine Zahl.',
    },
    off_topic: {
      weakness: 'Die Antwort entfernt sich von der Frage.',
      tip: 'Greifen Sie die Frage im ersten Satz auf und beantworten Sie genau sie.',
    },
    no_example: {
      weakness: 'Es fehlt ein konkretes Beispiel aus eigener Arbeit.',
      tip: 'Wählen Sie eine echte Situation und bleiben Sie bei ihr.',
    },
    no_result: {
      weakness: 'Es wird nicht gesagt, was daraus wurde.',
      tip: 'Enden Sie mit dem Ergebnis, möglichst in Zahlen.',
    },
    rambling: {
      weakness: 'Die Antwort ist lang und verliert den Faden.',
      tip: 'Zwei Minuten genügen: Situation, Aufgabe, Handlung, Ergebnis.',
    },
    unclear: {
      weakness: 'Es war zu wenig zu verstehen.',
      tip: 'Sprechen Sie in ganzen Sätzen und geben Sie mindestens ein Beispiel.',
    },
  },
  quoting: (quote) => ` („${quote}“)`,
  strongAnswer: (focus, signals) =>
    `Darum geht es: ${focus}. Eine starke Antwort erzählt eine echte Begebenheit und leistet Folgendes: ${signals.join('; ')}. Sie beginnt mit der Situation, bleibt bei den eigenen Schritten und endet mit dem Ergebnis.`,
  analysis: ({ full, partial, all }, best, gap) =>
    `Von ${all} erwarteten Punkten zeigt die Antwort ${full} ganz und ${partial} teilweise.${best ? ` Am stärksten ist „${best}“` : ''}${gap ? ` Am meisten fehlt: ${gap}.` : ''}`,
  tip: (signal) => `Ergänzen Sie einen Satz, der das leistet: ${signal}.`,
  practise: 'Erzählen Sie dieselbe Begebenheit noch einmal in unter zwei Minuten und hören Sie sich die Aufnahme an.',
  followUpOnQuote: (quote) => `Sie sagten „${quote}“ Was war dabei genau Ihr eigener Anteil?`,
  followUpOnGap: (signal) => `Haben Sie dafür ein Beispiel: ${signal}?`,
  followUpOnResult: 'Woran haben Sie gemerkt, dass es funktioniert hat?',
};

const es: NarrativePhrases = {
  shown: (signal, quote) => `${signal}: usted dijo «${quote}»`,
  partlyShown: (signal, quote) => `Solo en parte: ${lower(signal)}. «${quote}» es un comienzo, pero queda general.`,
  missing: (signal) => `No aparece en la respuesta: ${lower(signal)}.`,
  attempted: (opening) =>
    opening
      ? `Ha abordado la pregunta y ha empezado con «${opening}»`
      : 'Se ha enfrentado a la pregunta; ya hay algo sobre lo que construir.',
  concerns: {
    vague: {
      weakness: 'Partes de la respuesta son vagas.',
      tip: 'Cambie «más o menos» por un nombre, una fecha o una cifra.',
    },
    off_topic: {
      weakness: 'La respuesta se aleja de la pregunta.',
      tip: 'Retome la pregunta en su primera frase y respóndala.',
    },
    no_example: {
      weakness: 'Falta un ejemplo concreto de su propio trabajo.',
      tip: 'Elija una situación real y siga con ella hasta el final.',
    },
    no_result: { weakness: 'No se dice qué resultó.', tip: 'Termine con el resultado, con cifras si las tiene.' },
    rambling: {
      weakness: 'La respuesta es larga y pierde el hilo.',
      tip: 'Bastan dos minutos: situación, tarea, acción, resultado.',
    },
    unclear: { weakness: 'Se entendió demasiado poco.', tip: 'Hable con frases completas y dé al menos un ejemplo.' },
  },
  quoting: (quote) => ` («${quote}»)`,
  strongAnswer: (focus, signals) =>
    `Se trata de esto: ${lower(focus)}. Una buena respuesta cuenta un caso real y ${signals.map((signal) => lower(signal)).join('; ')}. Abre con la situación, se centra en sus propias acciones y cierra con el resultado.`,
  analysis: ({ full, partial, all }, best, gap) =>
    `De ${all} puntos esperados, la respuesta muestra ${full} por completo y ${partial} en parte.${best ? ` El mejor momento es «${best}»` : ''}${gap ? ` Lo que más falta: ${lower(gap)}.` : ''}`,
  tip: (signal) => `Añada una frase que haga esto: ${lower(signal)}.`,
  practise: 'Cuente el mismo caso otra vez en menos de dos minutos y escuche la grabación.',
  followUpOnQuote: (quote) => `Usted dijo «${quote}» ¿Cuál fue exactamente su parte?`,
  followUpOnGap: (signal) => `¿Puede dar un ejemplo de esto: ${lower(signal)}?`,
  followUpOnResult: '¿Cómo supo que había funcionado?',
};

export const narrativePhrases: Record<WrittenLanguage, NarrativePhrases> = { en, de, es };
