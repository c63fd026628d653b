import { useEffect, useState } from 'react';
import { z } from 'zod';
import { keep, kept } from '../../session/kept.ts';

/** What has been filled in, so that a reload loses nothing. What was kept wrongly falls back, field by field. */
const draftSchema = z.object({
  jobDescription: z.string().catch(''),
  cvText: z.string().catch(''),
  /** A CV that was uploaded: the server has it. */
  cvFile: z
    .object({ id: z.string(), name: z.string(), characters: z.number(), hiddenText: z.boolean().catch(false) })
    .nullable()
    .catch(null),
  questionCount: z.number().int().min(1).max(20).catch(5),
  difficulty: z.enum(['easy', 'medium', 'hard']).catch('medium'),
  /** Empty: as the page. */
  language: z.string().catch(''),
  voice: z.string().catch('alloy'),
  mode: z.enum(['recorded', 'live']).catch('recorded'),
  acknowledge: z.boolean().catch(false),
});

export type Draft = z.output<typeof draftSchema>;

const key = 'draft';
const readDraft = (): Draft => draftSchema.parse(Object(kept(key) ?? {}));

/** The draft, and how to change some of it. */
export function useDraft(): [Draft, (change: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(readDraft);
  useEffect(() => keep(key, draft), [draft]);
  return [draft, (change) => setDraft((before) => ({ ...before, ...change }))];
}
