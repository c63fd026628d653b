/** Containers a recording may come in. `mp4` and `webm` may also carry video. */
export const supportedFormats = ['mp3', 'wav', 'webm', 'm4a', 'mp4', 'ogg', 'flac'] as const;
export type RecordingFormat = (typeof supportedFormats)[number];

/** What a stored recording is served as. */
export const mimeTypes: Record<RecordingFormat, string> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  webm: 'audio/webm',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
};
