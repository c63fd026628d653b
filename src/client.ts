import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import { z } from 'zod';
import { answerSchema, cvSchema } from './interview/schemas.ts';
import type { AppRouter } from './trpc/router.ts';

export interface VivaClientOptions {
  /** Where the server is: `http://localhost:3001`. */
  url: string;
  /** The access token, or a function that gives the present one; none before signing in. */
  token?: string | undefined | (() => string | undefined);
}

export interface UploadOptions {
  fileName?: string;
  signal?: AbortSignal;
}

/** A refusal by a raw route, with the same code and message as on tRPC. */
export class VivaRequestError extends Error {
  override readonly name = 'VivaRequestError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const turnSchema = z.object({ turn_id: z.uuid() });
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

async function refusal(response: Response): Promise<VivaRequestError> {
  const body = refusalSchema.safeParse(await response.json().catch(() => null));
  const { code, message } = body.data?.error ?? {
    code: 'internal',
    message: `The server answered ${response.status}.`,
  };
  return new VivaRequestError(response.status, code, message);
}

export type VivaClient = ReturnType<typeof createVivaClient>;

/** Every procedure, subscription and upload of a Viva server, typed end to end. Runs in browsers and in Node. */
export function createVivaClient(options: VivaClientOptions) {
  const base = options.url.replace(/\/+$/, '');
  const url = `${base}/trpc`;
  const authorization = (): Record<string, string> => {
    const token = typeof options.token === 'function' ? options.token() : options.token;
    return token ? { authorization: `Bearer ${token}` } : {};
  };
  const trpc = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url,
          EventSource,
          eventSourceOptions: () => ({
            fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...authorization() } }),
          }),
        }),
        false: httpBatchStreamLink({ url, headers: authorization, maxItems: 20 }),
      }),
    ],
  });

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...authorization(), ...Object.fromEntries(new Headers(init.headers)) };
    const response = await fetch(new URL(path, `${base}/`), { ...init, headers });
    if (!response.ok && response.status !== 304) throw await refusal(response);
    return response;
  }

  async function upload<T>(
    path: string,
    file: Blob,
    schema: z.ZodType<T>,
    { fileName, signal }: UploadOptions,
  ): Promise<T> {
    const body = new FormData();
    body.set('file', file, fileName ?? 'file');
    const response = await request(path, { method: 'POST', body, signal: signal ?? null });
    return schema.parse(await response.json());
  }

  return {
    auth: trpc.auth,
    sessions: trpc.sessions,
    questions: trpc.questions,
    answers: trpc.answers,
    evaluation: trpc.evaluation,
    chat: trpc.chat,
    voices: trpc.voices,
    /** Sends a recording as the next take. Resolves once it is safe; `answers.onTranscript` tells the rest. */
    uploadAnswer: (questionId: string, recording: Blob, how: UploadOptions = {}) =>
      upload(`upload/answers/${questionId}`, recording, answerSchema, how),
    /** Says something aloud in a live conversation. Resolves once the recording is safe; `chat.onEvent` tells the rest. */
    uploadTurn: async (sessionId: string, recording: Blob, how: UploadOptions = {}) => {
      const { turn_id } = await upload(`upload/turns/${sessionId}`, recording, turnSchema, how);
      return { turnId: turn_id };
    },
    /** Sends a CV as PDF, DOCX or text. Its id goes into `sessions.create`. */
    uploadCv: (document: Blob, how: UploadOptions = {}) => upload('upload/cvs', document, cvSchema, how),
    /** Fetches the `url` of a question's or an answer's audio. */
    fetchAudio: (audioUrl: string, init: RequestInit = {}) => request(audioUrl.replace(/^\//, ''), init),
  };
}
