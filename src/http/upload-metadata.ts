import { z } from 'zod';
import { idSchema } from '../interview/schemas.ts';

const text = z.string().max(1_000).nullish();

/** What comes as `Upload-Metadata`, decoded. The names of a file and of its type are kept, and trusted for nothing. */
export const uploadMetadataSchema = z
  .object({ questionId: z.unknown().optional(), sessionId: z.unknown().optional(), filename: text, filetype: text })
  .transform(({ questionId, sessionId, filename, filetype }, context) => {
    const question = idSchema.safeParse(questionId);
    if (sessionId === undefined && question.success) {
      const metadata = { ...(filename && { filename }), ...(filetype && { filetype }) };
      return { questionId: question.data, metadata };
    }
    const [path, message] =
      sessionId === undefined
        ? ['questionId', 'name the question that is answered in Upload-Metadata: questionId, and its id in Base64']
        : [
            'sessionId',
            'a turn is heard while it arrives, so it cannot be resumed: send it to /upload/turns/:sessionId',
          ];
    context.addIssue({ code: 'custom', path: [path], message });
    return z.NEVER;
  });
