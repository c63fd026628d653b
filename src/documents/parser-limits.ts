import { z } from 'zod';

export const parseLimitMs = 10_000;
export const mostMemoryBytes = 320_000_000;
export const mostInflatedBytes = 50_000_000;
/** Files in a DOCX; one with many pictures has a few hundred. */
export const mostEntries = 2_000;
/** Characters of a CV that are kept. */
export const longestText = 50_000;

/** What goes to the parser's process, and what comes back. */
export const taskSchema = z.object({ kind: z.enum(['pdf', 'docx']), bytes: z.instanceof(Uint8Array) });
export const outcomeSchema = z.union([
  z.object({ text: z.string(), hiddenText: z.boolean() }),
  z.object({ failure: z.enum(['locked', 'laborious', 'damaged']), detail: z.string() }),
]);
export type Task = z.infer<typeof taskSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
export type ReadText = Extract<Outcome, { text: string }>;
