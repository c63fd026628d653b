import { z } from 'zod';

export const parseLimitMs = 10_000;
export const mostMemoryBytes = 320_000_000;
export const mostInflatedBytes = 50_000_000;
/** Characters of a CV that are kept. */
export const longestText = 50_000;

/** What goes to the parser's process, and what comes back. */
export const taskSchema = z.object({ kind: z.enum(['pdf', 'docx']), bytes: z.instanceof(Uint8Array) });
export const outcomeSchema = z.union([
  z.object({ text: z.string() }),
  z.object({ failure: z.enum(['locked', 'laborious', 'damaged']), detail: z.string() }),
]);
export type Task = z.infer<typeof taskSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
