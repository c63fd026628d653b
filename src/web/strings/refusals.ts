import type { ErrorCode } from '../../errors.ts';
import { translations } from './strings.tsx';

/** What a refusal means, by its code, and what to do. */
type Refusals = Record<ErrorCode, string>;

/** English has the server's own words, which know more; but for those that speak to developers. */
const english: Partial<Refusals> = {
  consent_required: 'Your voice may be stored only with your consent. Agree to the recording first.',
};

const german: Refusals = {
  invalid_input: 'Mit dieser Eingabe stimmt etwas nicht. Ändern Sie sie, und versuchen Sie es noch einmal.',
  unauthenticated: 'Die Anmeldung stimmt nicht oder gilt nicht mehr. Melden Sie sich noch einmal an.',
  forbidden: 'Das ist hier nicht erlaubt.',
  consent_required: 'Ihre Stimme darf nur gespeichert werden, wenn Sie zustimmen. Stimmen Sie der Aufnahme zuerst zu.',
  not_found: 'Das gibt es nicht oder nicht mehr.',
  upload_too_slow: 'Das Senden ging zu langsam voran. Versuchen Sie es mit einer besseren Verbindung noch einmal.',
  conflict: 'Das geht gerade nicht, weil etwas anderes im Gang oder schon geschehen ist. Laden Sie die Seite neu.',
  session_ended: 'Dieses Gespräch ist beendet und nimmt nichts mehr an. Beginnen Sie ein neues.',
  nothing_answered: 'Es ist noch nichts beantwortet. Beantworten Sie zuerst mindestens eine Frage.',
  gone: 'Das ist nicht mehr gespeichert.',
  precondition_failed: 'Diese Version des Protokolls wird hier nicht gesprochen.',
  too_large: 'Das ist zu groß. Kürzen oder teilen Sie es.',
  unsupported_media: 'Diese Art von Datei wird nicht angenommen. Nehmen Sie eine andere, oder fügen Sie den Text ein.',
  range_not_satisfiable: 'Diese Stelle gibt es in der Aufnahme nicht.',
  recording_damaged: 'Die Aufnahme ist beschädigt und lässt sich nicht lesen. Nehmen Sie sie noch einmal auf.',
  recording_too_long: 'Die Aufnahme ist zu lang. Nehmen Sie eine kürzere auf.',
  no_speech: 'In der Aufnahme ist keine Sprache zu hören. Prüfen Sie das Mikrofon, und nehmen Sie sie noch einmal auf.',
  locked: 'Das wird gerade von einer anderen Seite gesendet. Versuchen Sie es gleich noch einmal.',
  rate_limited: 'Das war zu viel in kurzer Zeit. Warten Sie einen Moment, und versuchen Sie es noch einmal.',
  internal: 'Auf dem Server ist etwas schiefgegangen. Es ist dort vermerkt.',
  upstream_failed: 'Das KI-Modell hat nicht geantwortet, wie es sollte. Versuchen Sie es noch einmal.',
  upstream_refused:
    'Das KI-Modell hat die Anfrage abgelehnt. Wer den Server betreibt, findet den Grund in dessen Protokoll.',
  unavailable: 'Das steht gerade nicht zur Verfügung. Versuchen Sie es gleich noch einmal.',
  upstream_timeout: 'Das KI-Modell hat zu lange gebraucht. Versuchen Sie es noch einmal.',
  storage_full: 'Der Speicher des Servers ist voll. Wer ihn betreibt, muss Platz schaffen.',
};

export const refusalStrings = translations<Partial<Refusals>>(english, german);

export const isKnown = (code: string): code is ErrorCode => Object.hasOwn(german, code);

/** Codes that stand for many mistakes: which one it is, only the server's words tell. */
export const saysMore: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid_input', 'conflict', 'forbidden']);
