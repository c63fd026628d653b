import type { z } from 'zod';
import { readCv } from '../documents/cv-document.ts';
import type { jobDescriptionSchema } from './schemas.ts';

/** The text of a PDF, DOCX or text file, read by the rules for CVs. Nothing is stored. Throws what `readCv` throws. */
export async function readJobDescription(file: {
  bytes: Uint8Array;
  fileName?: string;
}): Promise<z.output<typeof jobDescriptionSchema>> {
  const { kind, text, hiddenText } = await readCv(file.bytes, file.fileName);
  return { kind, text, hiddenText };
}
