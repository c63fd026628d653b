/**
 * The first day on which OpenAI no longer serves a model (UTC), from its deprecations page as of November 2026:
 * https://developers.openai.com/api/docs/deprecations. Dated snapshots share their model's fate.
 */
const shutdownDates: Record<string, string> = {
  'tts-1': '2027-01-06',
  'tts-1-hd': '2027-01-06',
  'gpt-4o-mini-tts': '2027-01-06',
  'gpt-4o': '2027-01-14',
  'gpt-4o-mini': '2027-01-14',
  'gpt-4.1': '2027-01-14',
  'gpt-4.1-mini': '2027-01-14',
  'gpt-realtime': '2027-01-20',
  'gpt-realtime-mini': '2027-01-20',
  'gpt-audio': '2027-01-20',
  'gpt-audio-mini': '2027-01-20',
  'whisper-1': '2027-02-26',
  'gpt-4o-transcribe': '2027-02-26',
  'gpt-4o-mini-transcribe': '2027-02-26',
};

/** When OpenAI turns a model off (YYYY-MM-DD), or null when no date is known. */
export function knownShutdownDate(model: string): string | null {
  return shutdownDates[model.replace(/-\d{4}-\d{2}-\d{2}$/, '')] ?? null;
}

/** Whole days from `nowMs` until the shutdown date begins in UTC; zero or less once it has begun. */
export function daysUntil(shutdownDate: string, nowMs: number): number {
  return Math.ceil((Date.parse(`${shutdownDate}T00:00:00Z`) - nowMs) / 86_400_000);
}
