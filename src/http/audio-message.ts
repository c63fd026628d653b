import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireIdentity } from '../auth/plugin.ts';
import { createAssistant } from '../conversation/assistant.ts';
import { sayInInterview, sayToAssistant } from '../conversation/audio-message.ts';
import type { ConversationDeps } from '../conversation/context.ts';
import { DomainError } from '../errors.ts';
import { ownedSession, requireConsent } from '../interview/access.ts';
import type { Caller } from '../interview/context.ts';
import { languageSchema } from '../interview/language.ts';
import { idSchema } from '../interview/schemas.ts';
import { voiceSchema } from '../speech/voices.ts';
import type { StagedAudio } from '../storage/audio-storage.ts';
import { callerOf } from './caller.ts';
import { receiveRecording } from './multipart.ts';

/** A JSON body is held in memory as a whole: what is larger comes as a form. */
const maxJsonBytes = 20_000_000;

const settings = {
  session_id: idSchema
    .optional()
    .describe('An interview of yours, which goes on with this. Needs consent to the recording.'),
  language: languageSchema.default('en').describe('Of what is said; an interview has its own'),
  voice: voiceSchema.default('alloy').describe('Of the reply; an interview has its own'),
};
const base64 = z.string('Send the recording as base64.').optional();
const messageBody = z
  .object(
    {
      audio: base64.describe('The recording, base64 (RFC 4648 §4), in any of the formats that are accepted'),
      audioData: base64.describe('The same under the name of brief 1'),
      ...settings,
    },
    { error: 'Send a JSON object with the recording in audio, or a form with a file.' },
  )
  .refine(({ audio, audioData }) => (audio === undefined) !== (audioData === undefined), {
    path: ['audio'],
    error: 'send the recording once, as base64 in audio',
  });
const messageReply = z.object({
  transcript: z.string(),
  reply: z.string(),
  audio_url: z.string().nullable().describe('Fetch it with the same token; null when the reply could not be spoken'),
  session_id: idSchema.nullable(),
  turn_id: idSchema.nullable(),
});

/** Brief 1: a recording in, its words and a spoken reply out. Register under `/api/audio`. */
export async function audioMessageRoutes(scope: FastifyInstance, deps: ConversationDeps): Promise<void> {
  await scope.register(multipart, { throwFileSizeLimit: true });
  const assistant = createAssistant(deps);
  const app = scope.withTypeProvider<ZodTypeProvider>();
  // Who is asking comes before what: a stranger learns nothing from how a body is refused.
  app.addHook('onRequest', async (request) => {
    requireIdentity(request);
  });

  app.post(
    '/message',
    {
      bodyLimit: maxJsonBytes,
      schema: {
        tags: ['Audio'],
        security: [{ bearer: [] }],
        summary: 'Say something as a recording, and get its words and a spoken reply',
        description: 'As JSON, or as multipart/form-data: the recording as `file`, the rest as fields.',
        consumes: ['application/json', 'multipart/form-data'],
        // A form is read as a stream: it has no body to be checked here.
        body: messageBody.nullish(),
        response: { 200: messageReply },
      },
    },
    async (request, reply) => {
      const caller = { ...callerOf(request, reply, deps), deps };
      const { recording, session_id, language, voice } = await receive(request, caller, request.body);
      const said = session_id
        ? await sayInInterview(caller, session_id, recording)
        : await sayToAssistant(caller, assistant, { recording, language, voice });
      const { transcript, reply: text, audioUrl, turnId } = said;
      return { transcript, reply: text, audio_url: audioUrl, session_id: session_id ?? null, turn_id: turnId };
    },
  );
}

type Message = z.output<z.ZodObject<typeof settings>> & { recording: StagedAudio };

/** Refused before anything else happens, with nothing left behind. */
async function receive(
  request: FastifyRequest,
  caller: Caller,
  body: z.output<typeof messageBody> | null | undefined,
): Promise<Message> {
  if (!request.isMultipart()) {
    const { audio, audioData, ...rest } = messageBody.parse(body);
    const bytes = decodeBase64(audio ?? audioData ?? '');
    await mayBeSaid(caller, rest.session_id);
    const { maxAudioBytes: maxBytes } = caller.deps.limits;
    const recording = await caller.deps.storage.stage(once(bytes), {
      maxBytes,
      ...(caller.signal && { signal: caller.signal }),
    });
    return { ...rest, recording };
  }
  const { recording, fields } = await receiveRecording(request, caller);
  try {
    const rest = z.object(settings).parse(Object.fromEntries(fields));
    await mayBeSaid(caller, rest.session_id);
    return { ...rest, recording };
  } catch (error) {
    await recording.discard();
    throw error;
  }
}

/** In an interview the recording is stored. */
async function mayBeSaid(caller: Caller, sessionId: string | undefined): Promise<void> {
  if (!sessionId) return;
  await ownedSession(caller, sessionId);
  await requireConsent(caller);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Canonical base64 only: what a decoder would skip or guess is refused. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > 0 && bytes.toString('base64') === text) return bytes;
  const issues = [{ path: 'audio', message: 'is not base64, or is empty' }];
  const message =
    'audio: this is not base64. Send the bytes of the recording as base64, without line breaks or a prefix.';
  throw new DomainError('invalid_input', message, { issues });
}
