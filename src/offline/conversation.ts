import type { OfflineChatMessage } from './chat-request.ts';
import { interviewReply, readDirection } from './interviewer.ts';
import { guessLanguage, type WrittenLanguage, writtenLanguage } from './language.ts';
import { splitSentences } from './sentences.ts';
import { isOfflineTranscriptNotice } from './transcript-notice.ts';

interface ConversationBook {
  greeting: string;
  unheard: string;
  acknowledge: string[];
  /** Each asks one thing about the topic. */
  ask: ((topic: string) => string)[];
}

const books: Record<WrittenLanguage, ConversationBook> = {
  en: {
    greeting:
      'Welcome, and thank you for taking the time. Let us begin with you: what should I know about your work so far?',
    unheard: 'I could not make out that recording, because no speech model is connected. Could you type your answer?',
    acknowledge: [
      'Thank you, that helps me to picture it.',
      'I see, thank you for being so open.',
      'That is good to know.',
    ],
    ask: [
      (topic) => `You mentioned “${topic}”. What exactly did you do there yourself?`,
      (topic) => `Let us stay with “${topic}” for a moment. What came of it?`,
      (topic) => `About “${topic}”: what would you do differently today?`,
    ],
  },
  de: {
    greeting:
      'Willkommen, und danke für Ihre Zeit. Beginnen wir mit Ihnen: Was sollte ich über Ihre bisherige Arbeit wissen?',
    unheard:
      'Diese Aufnahme konnte ich nicht verstehen, weil kein Sprachmodell verbunden ist. Können Sie Ihre Antwort tippen?',
    acknowledge: [
      'Danke, das hilft mir, es mir vorzustellen.',
      'Ich verstehe, danke für Ihre Offenheit.',
      'Gut zu wissen.',
    ],
    ask: [
      (topic) => `Sie haben „${topic}“ erwähnt. Was haben Sie dabei selbst getan?`,
      (topic) => `Bleiben wir kurz bei „${topic}“. Was ist daraus geworden?`,
      (topic) => `Zu „${topic}“: Was würden Sie heute anders machen?`,
    ],
  },
  es: {
    greeting:
      'Le doy la bienvenida y gracias por su tiempo. Empecemos por usted: ¿qué debería saber de su trabajo hasta ahora?',
    unheard:
      'No he podido entender esa grabación porque no hay un modelo de voz conectado. ¿Puede escribir su respuesta?',
    acknowledge: ['Gracias, eso me ayuda a imaginarlo.', 'Entiendo, gracias por su franqueza.', 'Es bueno saberlo.'],
    ask: [
      (topic) => `Ha mencionado «${topic}». ¿Qué hizo usted exactamente?`,
      (topic) => `Sigamos un momento con «${topic}». ¿Qué resultó de ello?`,
      (topic) => `Sobre «${topic}»: ¿qué haría hoy de otra manera?`,
    ],
  },
};

/**
 * What an interviewer says next. With a direction in the last user message it obeys that; else two or three sentences
 * that take up the last thing the user said and ask one question about it.
 */
export function converse(messages: OfflineChatMessage[]): string {
  const turn = messages.filter(({ role }) => role === 'assistant').length;
  const direction = readDirection(messages);
  if (direction) return interviewReply(direction, turn);
  const said = messages.findLast(({ role }) => role === 'user')?.content.trim() ?? '';
  const book = books[writtenLanguage(guessLanguage(said))];
  if (isOfflineTranscriptNotice(said)) return book.unheard;
  const topic = findTopic(said);
  if (!topic) return book.greeting;
  const acknowledge = book.acknowledge[turn % book.acknowledge.length] ?? '';
  const ask = book.ask[turn % book.ask.length]?.(topic) ?? '';
  return `${acknowledge} ${ask}`.trim();
}

/** The end of the longest clause: where people put what matters. Null when next to nothing was said. */
function findTopic(text: string): string | null {
  const clauses = splitSentences(text, guessLanguage(text)).flatMap((sentence) => sentence.split(/[,;:–—]\s+/u));
  const longest = clauses.sort((left, right) => right.length - left.length)[0] ?? '';
  const words = longest
    .replace(/["“”„«»<>]|[.!?…]+$/gu, '')
    .split(/\s+/u)
    .filter(Boolean);
  const ending = words.slice(-8);
  while (ending.length > 3 && (ending[0]?.length ?? 0) <= 3) ending.shift();
  return words.length < 3 ? null : ending.join(' ');
}
