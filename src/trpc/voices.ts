import { z } from 'zod';
import { voiceNames, voiceSchema, voices } from '../speech/voices.ts';
import { publicProcedure, router } from './init.ts';

export const voicesRouter = router({
  list: publicProcedure
    .output(z.array(z.object({ id: voiceSchema, description: z.string() })))
    .query(() => voiceNames.map((id) => ({ id, description: voices[id] }))),
});
