import type { Input, MetadataTags } from 'mediabunny';

const marker = 'viva-offline-voice:1 ';
const maxEncodedLength = 64 * 1024;

/**
 * What the offline voice says, as the file's own comment tag. Mediabunny carries `comment` through MP3, WAV, WebM, MP4,
 * Ogg and FLAC alike. A WAV tag holds ISO 8859-1 only, hence percent encoding.
 */
export function spokenWordsTag(words: string): MetadataTags {
  const printableAscii = words.replace(/[^\x20-\x7e]|%/gu, (character) => encodeURIComponent(character));
  return { comment: marker + printableAscii };
}

/** The words that the offline voice wrote into the file, or null for any other recording. */
export async function readSpokenWords(input: Input): Promise<string | null> {
  const { comment } = await input.getMetadataTags();
  if (!comment?.startsWith(marker) || comment.length > maxEncodedLength) return null;
  try {
    return decodeURIComponent(comment.slice(marker.length));
  } catch {
    // Broken escapes: somebody else edited the tag, so it no longer says what was spoken.
    return null;
  }
}
