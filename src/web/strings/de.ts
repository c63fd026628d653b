import type { en } from './en.ts';

export const de: typeof en = {
  appName: 'Viva',
  skipToContent: 'Zum Inhalt springen',
  navigation: 'Hauptmenü',
  start: 'Üben',
  history: 'Verlauf',
  interfaceLanguage: 'Sprache dieser Seite',
  close: 'Schließen',
  cancel: 'Abbrechen',
  tryAgain: 'Noch einmal versuchen',
  loading: 'Lädt …',
  optional: 'freiwillig',
  failed: 'Das hat nicht geklappt',
  unreachable:
    'Der Server ist nicht erreichbar. Prüfen Sie, ob er läuft und ob Sie verbunden sind, und versuchen Sie es noch einmal.',
  unexpected:
    'Auf dieser Seite ist etwas Unerwartetes passiert. Laden Sie sie neu; Aufgenommenes und Geschriebenes bleibt erhalten.',
  play: 'Abspielen',
  pause: 'Anhalten',
  position: 'Stelle',
  positionText: (now, length) => `${now} von ${length}`,
  cannotPlay:
    'Diese Aufnahme lässt sich nicht abspielen. Vielleicht ist sie gelöscht, oder der Browser kennt ihr Format nicht.',
};
