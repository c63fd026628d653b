import { fileTypeFromBuffer } from 'file-type';
import { advice, refusal } from './document-refusals.ts';
import { longestText, parseLimitMs } from './parser-limits.ts';
import { parseInTurn } from './parser-process.ts';

export type DocumentKind = 'pdf' | 'docx' | 'text';

export interface CvDocument {
  /** At most 50,000 characters, cut at a word. */
  text: string;
  kind: DocumentKind;
  /** There were words in it that a reader does not see. They are not in `text`, but for those behind a scan. */
  hiddenText: boolean;
}

const mostBytes = 5_000_000;
const fewestLetters = 20;

/**
 * Reads the text of a CV. What it is, is judged by its bytes; its name only tells a mistake from a text file.
 * Reading a PDF or DOCX ends after `limitMs` (10 seconds at most).
 * Throws `invalid_input` (empty, damaged, locked, without text, too laborious), `unsupported_media` (another kind
 * of file), `too_large` (over 5 MB) or `unavailable` (too many at once), each saying what to do.
 */
export async function readCv(bytes: Uint8Array, declaredName = '', limitMs = parseLimitMs): Promise<CvDocument> {
  if (bytes.length === 0) throw refusal('invalid_input', 'This file is empty. Choose another, or paste the text.');
  if (bytes.length > mostBytes) throw refusal('too_large', `A document has at most 5 MB. ${advice}`);
  const found = await fileTypeFromBuffer(bytes);
  const kind = found?.ext === 'pdf' || found?.ext === 'docx' ? found.ext : 'text';
  if (found && kind === 'text') {
    throw refusal('unsupported_media', `Send a PDF, a DOCX or plain text; this is a .${found.ext} file. ${advice}`);
  }
  const read =
    kind === 'text'
      ? { text: readText(bytes, declaredName), hiddenText: false }
      : await parseInTurn({ kind, bytes: Uint8Array.from(bytes) }, limitMs);
  const text = tidy(read.text);
  if ((text.match(/\p{L}/gu)?.length ?? 0) < fewestLetters) {
    const scanned = kind === 'pdf' ? ' It may be a scan, which holds pictures of words only.' : '';
    throw refusal('invalid_input', `There is almost no text in this file.${scanned} ${advice}`);
  }
  return { text, kind, hiddenText: read.hiddenText };
}

function readText(bytes: Uint8Array, declaredName: string): string {
  const notText = refusal('unsupported_media', `Send a PDF, a DOCX or plain text in UTF-8; this is neither. ${advice}`);
  if (bytes.includes(0) || /\.(pdf|docx?|odt|rtf)$/i.test(declaredName.trim())) throw notText;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (/^\s*<(!doctype|html|svg|\?xml)/i.test(text)) throw notText;
    return text;
  } catch (error) {
    throw error instanceof TypeError ? notText : error; // TypeError: what TextDecoder throws for other encodings
  }
}

/** Lines without trailing or repeated blanks, of visible characters, cut at a word. */
function tidy(text: string): string {
  const lines = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\t\n])\p{Cc}/gu, '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  if (lines.length <= longestText) return lines;
  const cut = lines.slice(0, longestText + 1);
  const lastGap = Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('\n'));
  return cut.slice(0, lastGap > 0 ? lastGap : longestText).toWellFormed();
}
