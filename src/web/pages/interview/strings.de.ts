import type { InterviewStrings } from './strings.en.ts';

export const de: InterviewStrings = {
  title: 'Gespräch',
  position: (number, count) => `Frage ${number} von ${count}`,
  questions: 'Fragen dieses Gesprächs',
  stepName: (number) => `Frage ${number}`,
  answered: 'beantwortet',
  unanswered: 'noch nicht beantwortet',
  unsentMark: 'aufgenommen, nicht gesendet',
  couldNotLoad: 'Das Gespräch ließ sich nicht laden',
  ended: 'Dieses Gespräch ist beendet',
  endedText: 'Es nimmt keine Antworten mehr an. Die Ergebnisse sind noch da.',
  toResults: 'Ergebnisse ansehen',
  followsUp: 'Eine Nachfrage: zurück zu den Ergebnissen, aus denen sie kommt',

  questionAudio: (number) => `Frage ${number}, gesprochen`,
  beingSpoken: 'Die Frage wird gerade gesprochen; lesen können Sie sie schon.',
  notSpoken: 'Diese Frage ließ sich nicht sprechen. Lesen Sie sie, oder lassen Sie sie noch einmal sprechen.',
  speak: 'Sprechen lassen',
  speakAgain: 'Noch einmal sprechen lassen',
  tips: 'Ein Hinweis',

  yourAnswer: 'Ihre Antwort',
  anotherTake: 'Noch ein Versuch',
  consentTitle: 'Vor der ersten Aufnahme',
  consentText:
    'Ihre Stimme wird auf diesem Server gespeichert, damit sie verschriftlicht wird und Sie sie wieder anhören können. Wer das Gespräch löscht, löscht auch sie.',
  agree: 'Ich bin mit der Aufnahme einverstanden',
  typeInstead: 'Lieber tippen',
  speakInstead: 'Lieber sprechen',

  checkTitle: 'Mikrofon prüfen',
  checkText: 'Sagen Sie ein paar Worte, so wie im Gespräch. Noch wird nichts aufgenommen.',
  turnOn: 'Mikrofon einschalten',
  checkAgain: 'Mikrofon noch einmal prüfen',
  microphone: 'Mikrofon',
  standardMicrophone: 'Das übliche',
  unnamedMicrophone: (number) => `Mikrofon ${number}`,
  level: 'Pegel',
  levelText: (percent) => `${percent} %`,
  weHearYou: 'Wir hören Sie.',
  notHeard:
    'Noch ist nichts zu hören. Sprechen Sie lauter, prüfen Sie, ob das Mikrofon stumm ist, oder wählen Sie ein anderes.',
  ready: 'Bereit',

  problem: {
    insecure: {
      title: 'Aufnehmen braucht eine sichere Adresse',
      text: 'Browser geben das Mikrofon nur Seiten unter https:// oder vom eigenen Rechner (localhost). Öffnen Sie Viva unter so einer Adresse, oder tippen Sie Ihre Antworten.',
    },
    unsupported: {
      title: 'Dieser Browser kann nicht aufnehmen',
      text: 'Nehmen Sie ein aktuelles Firefox, Chrome, Edge oder Safari, oder tippen Sie Ihre Antworten.',
    },
    refused: {
      title: 'Das Mikrofon ist für diese Seite gesperrt',
      text: 'Öffnen Sie die Website-Einstellungen über das Zeichen neben der Adresse, erlauben Sie das Mikrofon, und versuchen Sie es noch einmal. Auf Telefonen und auf dem Mac kann es auch in den Einstellungen des Systems für den ganzen Browser gesperrt sein. Sie können Ihre Antworten auch tippen.',
    },
    dismissed: {
      title: 'Das Mikrofon wurde nicht erlaubt',
      text: 'Versuchen Sie es noch einmal, und wählen Sie „Zulassen“, wenn der Browser fragt. Sie können Ihre Antworten auch tippen.',
    },
    missing: {
      title: 'Es wurde kein Mikrofon gefunden',
      text: 'Stecken Sie eines ein oder verbinden Sie Ihr Headset, und versuchen Sie es noch einmal. Sie können Ihre Antworten auch tippen.',
    },
    busy: {
      title: 'Das Mikrofon ist gerade nicht zu benutzen',
      text: 'Vielleicht hält es ein anderes Programm fest, etwa ein Videogespräch. Schließen Sie es, stecken Sie das Mikrofon neu ein, und versuchen Sie es noch einmal. Sie können Ihre Antworten auch tippen.',
    },
    lost: {
      title: 'Das Mikrofon wurde getrennt',
      text: 'Was Sie bis dahin gesagt haben, ist aufgehoben. Verbinden Sie es wieder für einen neuen Versuch, oder tippen Sie Ihre Antwort.',
    },
    failed: {
      title: 'Das Mikrofon ließ sich nicht einschalten',
      text: 'Versuchen Sie es noch einmal; hilft das nicht, starten Sie den Browser neu. Sie können Ihre Antworten auch tippen.',
    },
  },
  limitTitle: 'Das waren 15 Minuten: länger kann eine Antwort nicht sein',
  limitText: 'Die Aufnahme hat von selbst geendet. Hören Sie sie an, und senden Sie sie dann.',
  brokenTitle: 'Der Browser hat die Aufnahme beendet',
  brokenText:
    'Was Sie bis dahin gesagt haben, ist aufgehoben. Hören Sie es an, und senden Sie es oder nehmen Sie neu auf.',

  record: 'Antwort aufnehmen',
  recordNext: 'Noch einmal aufnehmen',
  opening: 'Das Mikrofon wird geöffnet …',
  recording: 'Aufnahme läuft',
  paused: 'Angehalten',
  pause: 'Anhalten',
  resume: 'Weiter',
  finish: 'Ich bin fertig',
  clock: 'Länge',
  liveWords: 'So ist es gerade zu hören. Die Mitschrift folgt, und sie zählt.',
  announceRecording: 'Die Aufnahme läuft. Sprechen Sie jetzt.',
  announcePaused: 'Angehalten.',
  announceKept: 'Die Aufnahme ist in diesem Browser aufgehoben. Hören Sie sie an, oder senden Sie sie.',

  reviewTitle: 'Anhören, dann senden',
  resumedTitle: 'Eine Aufnahme, die noch nicht gesendet ist',
  recordedAt: (when) => `Aufgenommen ${when}. Sie liegt nur in diesem Browser.`,
  listen: 'Ihre Aufnahme',
  send: 'Diese Antwort senden',
  recordOver: 'Verwerfen und neu aufnehmen',
  discard: 'Verwerfen',
  notDurable:
    'Dieser Browser kann Aufnahmen nicht über ein Neuladen hinweg aufheben. Senden Sie sie, bevor Sie die Seite verlassen.',

  sending: 'Wird gesendet',
  sentShare: (percent) => `${percent} %`,
  waiting: 'Wartet auf das Senden',
  lostTitle: 'Die Verbindung ist unterbrochen',
  lostText:
    'Ihre Antwort ist in diesem Browser sicher. Sie wird von selbst gesendet, sobald die Verbindung wieder da ist, auch wenn Sie die Seite schließen und später wiederkommen.',
  tryNow: 'Jetzt versuchen',
  refusedTitle: 'Der Server hat diese Aufnahme nicht angenommen',
  saveFile: 'Als Datei sichern',
  announceArrived: 'Ihre Antwort ist angekommen.',

  typedLabel: 'Ihre Antwort, geschrieben',
  typedHint: 'Schreiben Sie, wie Sie sprechen würden. Der Text bleibt beim Tippen in diesem Browser aufgehoben.',
  submitText: 'Diese Antwort abgeben',
  typedEmpty: 'Schreiben Sie zuerst Ihre Antwort.',

  takes: 'Was Sie geantwortet haben',
  take: (number) => `Versuch ${number}`,
  spokenTake: 'gesprochen',
  typedTake: 'geschrieben',
  counts: 'Dieser zählt',
  makeCount: 'Diesen zählen lassen',
  transcribing: 'Wird verschriftlicht …',
  noSpeech: 'In dieser Aufnahme war nichts zu verstehen',
  transcriptFailed: 'Diese Aufnahme ließ sich nicht verschriftlichen',
  transcribeAgain: 'Noch einmal verschriftlichen',
  transcriptOf: (number) => `Mitschrift von Versuch ${number}`,
  announceTranscript: (text) => `Mitschrift: ${text}`,
  playTake: (number) => `Versuch ${number}, Ihre Aufnahme`,

  previous: 'Vorige Frage',
  next: 'Nächste Frage',
  toEnd: 'Beenden und Ergebnisse ansehen',
  stillSending: 'Eine Antwort wird noch gesendet.',
  unsentElsewhere: (numbers) => `Aufgenommen, aber noch nicht gesendet: Frage ${numbers}`,
  goThere: (number) => `Zu Frage ${number}`,
  openTitle: 'Jetzt beenden?',
  openText: (count) =>
    count === 1
      ? 'Eine Frage ist nicht beantwortet. In den Ergebnissen fehlt sie; Sie können sie später beantworten.'
      : `${count} Fragen sind nicht beantwortet. In den Ergebnissen fehlen sie; Sie können sie später beantworten.`,
  finishNow: 'Jetzt beenden',
  nothingAnswered: 'Beantworten Sie zuerst mindestens eine Frage.',
};
