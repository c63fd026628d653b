import { type WrittenLanguage, writtenLanguage } from './language.ts';

const notices: Record<WrittenLanguage, string> = {
  en: '[offline demo: this recording was kept, but only a connected speech model can transcribe it. Connect OpenAI or type your answer.]',
  de: '[Offline-Demo: Diese Aufnahme wurde gespeichert, aber nur ein verbundenes Sprachmodell kann sie transkribieren. Verbinden Sie OpenAI oder tippen Sie Ihre Antwort.]',
  es: '[Demo sin conexión: esta grabación se ha guardado, pero solo un modelo de voz conectado puede transcribirla. Conecte OpenAI o escriba su respuesta.]',
};

/** The transcript of a recording that the offline server cannot understand, in the session's language. */
export function offlineTranscriptNotice(language = 'en'): string {
  return notices[writtenLanguage(language)];
}

/** Whether a transcript is that notice, in whichever language, and so says nothing about the answer. */
export function isOfflineTranscriptNotice(transcript: string): boolean {
  return Object.values(notices).includes(transcript.trim());
}
