import { z } from 'zod';
import { languageSchema } from '../interview/language.ts';
import { voiceSample } from '../interview/voice-samples.ts';
import { voiceNames, voiceSchema, voices } from '../speech/voices.ts';
import { procedure, publicProcedure, router } from './init.ts';

export const voicesRouter = router({
  list: publicProcedure
    .output(z.array(z.object({ id: voiceSchema, description: z.string() })))
    .query(() => voiceNames.map((id) => ({ id, description: voices[id] }))),
  /** Where a voice can be heard in a language; it is spoken when nobody has asked for it before. */
  sample: procedure
    .input(z.object({ voice: voiceSchema, language: languageSchema.default('en') }))
    .output(z.object({ audioUrl: z.string() }))
    .mutation(({ ctx, input }) => voiceSample(ctx.caller, input)),
});
