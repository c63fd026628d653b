import {
  createTRPCClient,
  createWSClient,
  httpBatchStreamLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  wsLink,
} from '@trpc/client';
import { EventSource } from 'eventsource';
import { z } from 'zod';
import { answerSchema, cvSchema } from './interview/schemas.ts';
import { endable, reconnectDelayMs, surviveRestarts } from './trpc/live-link.ts';
import type { AppRouter } from './trpc/router.ts';
import { signInAgain } from './trpc/sign-in-again.ts';
import { fetchWithProgress, type UploadProgress } from './upload-progress.ts';

export interface VivaClientOptions {
  /** Where the server is: `http://localhost:3001`. */
  url: string;
  /** The access token, or a function that gives the present one; none before signing in. */
  token?: string | undefined | (() => string | undefined | Promise<string | undefined>);
  /** Called when the server does not accept the token: once it resolves, the call is made again, with the new one. */
  onUnauthenticated?: (() => Promise<void>) | undefined;
  /** How subscriptions travel: each as server-sent events (the default), or all on one WebSocket. */
  live?: 'sse' | 'websocket' | undefined;
}

export interface UploadOptions {
  fileName?: string;
  signal?: AbortSignal;
  /** Told how much has been sent. Browsers only: elsewhere it is never called. */
  onProgress?: UploadProgress;
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
const readinessSchema = z.object({
  /** The capabilities that the built-in stand-in serves. */
  offlineDemo: z.array(z.string()),
  models: z.object({ realtime: z.object({ reachable: z.boolean().nullable() }) }),
});
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

async function refusal(response: Response): Promise<VivaRequestError> {
  const body = refusalSchema.safeParse(await response.json().catch(() => null));
  const { code, message } = body.data?.error ?? {
    code: 'internal',
    message: `The server answered ${response.status}.`,
  };
  return new VivaRequestError(response.status, code, message);
}

/** Opens with the first subscription and closes after the last; connects again, with the present token, when it is lost. */
function openSocket(url: string, presentToken: () => Promise<string | undefined>) {
  return createWSClient({
    url: url.replace(/^http/, 'ws'),
    lazy: { enabled: true, closeMs: 1_000 },
    connectionParams: async () => {
      const token = await presentToken();
      return token ? { token } : null;
    },
    retryDelayMs: (attempt) => reconnectDelayMs(attempt + 1),
    keepAlive: { enabled: true, intervalMs: 20_000, pongTimeoutMs: 10_000 },
  });
}

export type VivaClient = ReturnType<typeof createVivaClient>;

/** Every procedure, subscription and upload of a Viva server, typed end to end. Runs in browsers and in Node. */
export function createVivaClient(options: VivaClientOptions) {
  const base = options.url.replace(/\/+$/, '');
  const url = `${base}/trpc`;
  const { onUnauthenticated } = options;
  const presentToken = async () => (typeof options.token === 'function' ? options.token() : options.token);
  const authorization = async (): Promise<Record<string, string>> => {
    const token = await presentToken();
    return token ? { authorization: `Bearer ${token}` } : {};
  };
  const socket = options.live === 'websocket' ? openSocket(url, presentToken) : null;
  const subscriptions = endable();
  const trpc = createTRPCClient<AppRouter>({
    links: [
      ...(onUnauthenticated ? [signInAgain(onUnauthenticated)] : []),
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: [
          subscriptions.link,
          surviveRestarts(),
          socket
            ? wsLink({ client: socket })
            : httpSubscriptionLink({
                url,
                EventSource,
                eventSourceOptions: () => ({
                  fetch: async (input, init) =>
                    fetch(input, { ...init, headers: { ...init.headers, ...(await authorization()) } }),
                }),
              }),
        ],
        false: splitLink({
          condition: ({ path }) => path.startsWith('auth.'),
          // Not streamed: headers that go ahead of the answer cannot carry the cookie for `<audio src>`.
          true: httpLink({ url, headers: authorization }),
          false: httpBatchStreamLink({ url, headers: authorization, maxItems: 20 }),
        }),
      }),
    ],
  });

  async function request(path: string, init: RequestInit = {}, onProgress?: UploadProgress): Promise<Response> {
    const send = async () => {
      const headers = { ...(await authorization()), ...Object.fromEntries(new Headers(init.headers)) };
      const address = new URL(path, `${base}/`);
      return onProgress && typeof XMLHttpRequest !== 'undefined'
        ? fetchWithProgress(address, { ...init, headers }, onProgress)
        : fetch(address, { ...init, headers });
    };
    let response = await send();
    if (response.status === 401 && onUnauthenticated) {
      await onUnauthenticated();
      response = await send();
    }
    if (!response.ok && response.status !== 304) throw await refusal(response);
    return response;
  }

  async function upload<T>(
    path: string,
    file: Blob,
    schema: z.ZodType<T>,
    { fileName, signal, onProgress }: UploadOptions,
  ): Promise<T> {
    const body = new FormData();
    body.set('file', file, fileName ?? 'file');
    const response = await request(path, { method: 'POST', body, signal: signal ?? null }, onProgress);
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
    realtime: trpc.realtime,
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
    /** Which capabilities are served by the built-in stand-in rather than a model. Throws while the server is not ready. */
    readiness: async () => readinessSchema.parse(await (await request('health/ready')).json()),
    /** Ends every subscription and the connections under them, so that a process can exit. */
    async close(): Promise<void> {
      subscriptions.end();
      await socket?.close();
    },
  };
}
