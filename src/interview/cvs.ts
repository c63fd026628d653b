import { createHash } from 'node:crypto';
import { readCv } from '../documents/cv-document.ts';
import type { Caller } from './context.ts';
import { visibleText } from './language.ts';

/** Reads a PDF, DOCX or text file and keeps its text as a reader sees it. The same CV is kept once. */
export async function uploadCv(caller: Caller, file: { bytes: Uint8Array; fileName?: string }) {
  const { kind, hiddenText, ...read } = await readCv(file.bytes, file.fileName);
  const text = visibleText(read.text);
  const cv = await saveCvText(caller, text, { fileName: file.fileName, hiddenText });
  return { id: cv.id, kind, characters: text.length, hiddenText };
}

export async function saveCvText(
  { deps, userId }: Caller,
  text: string,
  { fileName, hiddenText = false }: { fileName?: string | undefined; hiddenText?: boolean } = {},
) {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return deps.db.prisma.cv.upsert({
    where: { userId_sha256: { userId, sha256 } },
    create: { userId, sha256, text, fileName: fileName ? visibleText(fileName).slice(0, 200) : null, hiddenText },
    // Once flagged, it stays so: the same words may come again in a file without hidden ones.
    update: hiddenText ? { hiddenText } : {},
  });
}
