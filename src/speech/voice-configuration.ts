import { z } from 'zod';
import type { UpstreamAccess } from '../models/call.ts';
import type { RealtimeConnection } from '../models/realtime-connection.ts';
import { realtimeProblem } from '../models/realtime-errors.ts';
import type { RealtimeVoice } from '../models/realtime-voices.ts';
import type { VoiceRequest } from './voice-model.ts';

/** gpt-live-transcribe detects no turns: it is the last to be asked where the session detects them. */
const detectsTurns = (model: string) => model !== 'gpt-live-transcribe';

/** Whose turn it is: by pauses in what is heard, or null for `commit` alone. */
export function turnDetection({ turns, replies }: Pick<VoiceRequest, 'turns' | 'replies'>) {
  if (turns === 'committed') return null;
  return { type: 'server_vad', create_response: replies === 'by-itself', interrupt_response: true };
}

type Settings = Omit<VoiceRequest, 'voice'> & { voice: RealtimeVoice };

function settings(request: Settings, hears: string) {
  const { instructions, voice, language } = request;
  return {
    type: 'realtime',
    instructions,
    output_modalities: ['audio'],
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: { model: hears, language },
        turn_detection: turnDetection(request),
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice },
    },
  };
}

/**
 * Tells the session what it is for, and what was said before. Returns the model that transcribes what is heard: the
 * first for `listen` that the upstream takes. Throws `APIError` when the upstream refuses.
 */
export async function configureSession(
  connection: RealtimeConnection,
  { catalogue }: UpstreamAccess,
  request: Settings,
): Promise<string> {
  const { turns, history, signal } = request;
  const hears = await catalogue.withFallback(
    'listen',
    signal,
    async (model) => {
      await update(connection, signal, settings(request, model));
      return model;
    },
    turns === 'detected' ? detectsTurns : undefined,
  );
  for (const { role, content } of history) {
    const text = { type: role === 'assistant' ? 'output_text' : 'input_text', text: content };
    connection.send({ type: 'conversation.item.create', item: { type: 'message', role, content: [text] } });
  }
  return hears;
}

/** Resolves once the upstream has taken the settings. Messages in between are of no concern yet. */
async function update(connection: RealtimeConnection, signal: AbortSignal | undefined, session: object): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = () => reject(signal?.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  connection.receive(({ event }) => {
    if (event.type === 'session.updated') resolve();
    if (event.type === 'error') reject(refusal(event.error));
  });
  void connection.closed.then(({ error, code }) => reject(error ?? new TypeError(`terminated: ${code}`)));
  try {
    connection.send({ type: 'session.update', session });
    await promise;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** A transcribing model that is not there is refused as a parameter of the session. */
function refusal(problem: Parameters<typeof realtimeProblem>[0]): Error {
  const ofModel = problem.param?.endsWith('transcription.model') ?? false;
  return realtimeProblem(ofModel ? { ...problem, code: 'model_not_found' } : problem);
}

const held = z.looseObject({
  instructions: z.string().optional(),
  audio: z.looseObject({
    input: z.looseObject({ turn_detection: z.looseObject({ create_response: z.boolean().optional() }).nullish() }),
  }),
});

/**
 * The update that undoes what somebody else has changed in the session of a call, over a channel of their own: what it
 * is for, and who has it reply. Null when all is as it was set.
 */
export function undoing(session: unknown, request: VoiceRequest): object | null {
  const { instructions, audio } = held.safeParse(session).data ?? { instructions: undefined, audio: undefined };
  const replies = audio?.input.turn_detection?.create_response ?? false;
  if (instructions === request.instructions && replies === (request.replies === 'by-itself')) return null;
  const input = { turn_detection: turnDetection(request) };
  return {
    type: 'session.update',
    session: { type: 'realtime', instructions: request.instructions, audio: { input } },
  };
}
