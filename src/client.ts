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
import { answerSchema, cvSchema, jobDescriptionSchema } from './interview/schemas.ts';
import { type LiveWordsListener, type LiveWordsOptions, listenLive } from './live-words.ts';
import type { ResumableUploadOptions } from './resumable-upload.ts';
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
  /** The same for every try at one upload: then it is stored once. Answers and CVs get one of their own each time. */
  idempotencyKey?: string;
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
  models: z.object({
    realtime: z.object({ reachable: z.boolean().nullable() }),
    listen: z.object({ reachable: z.boolean().nullable() }),
  }),
});
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

async function refusal(response: Response): Promise<VivaRequestError> {
  return refusalOf({ status: response.status, body: await response.json().catch(() => null) });
}

function refusalOf({ status, body }: { status: number; body: unknown }): VivaRequestError {
  const { code, message } = refusalSchema.safeParse(body).data?.error ?? {
    code: 'internal',
    message: `The server answered ${status}.`,
  };
  return new VivaRequestError(status, code, message);
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

/** Given with a mutation, `mutate(input, { context: { idempotencyKey } })`, it lets the call be made again safely for 24 h. */
function keyHeader({ idempotencyKey }: Record<string, unknown>): Record<string, string> {
  return typeof idempotencyKey === 'string' ? { 'idempotency-key': idempotencyKey } : {};
}

/** Not `randomUUID`, which pages without HTTPS do not have. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('-');

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
          // A batch has one key for all its calls.
          condition: ({ path, context }) => path.startsWith('auth.') || 'idempotencyKey' in context,
          // Not streamed: headers that go ahead of the answer cannot carry the cookie for `<audio src>`.
          true: httpLink({
            url,
            headers: async ({ op }) => ({ ...(await authorization()), ...keyHeader(op.context) }),
          }),
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
    { fileName, signal, onProgress, ...key }: UploadOptions,
  ): Promise<T> {
    const body = new FormData();
    body.set('file', file, fileName ?? 'file');
    const init = { method: 'POST', body, signal: signal ?? null, headers: keyHeader({ ...key }) };
    const response = await request(path, init, onProgress);
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
      upload(`upload/answers/${questionId}`, recording, answerSchema, { idempotencyKey: newKey(), ...how }),
    /**
     * The same in parts (tus): when the connection is lost it goes on from what the server has, also after a reload with
     * the address that `onUploadUrl` told.
     */
    async uploadAnswerResumable(questionId: string, recording: Blob, how: ResumableUploadOptions = {}) {
      // Only now: pages that record nothing do without it.
      const { sendResumably } = await import('./resumable-upload.ts');
      const endpoint = new URL('upload/resumable', `${base}/`).href;
      const connection = { endpoint, authorization, onUnauthenticated };
      const end = await sendResumably(questionId, recording, connection, how, refusalOf);
      const answer = answerSchema.safeParse(end.body);
      if (answer.success) return answer.data;
      // The answer to the last byte was lost on its way.
      return answerSchema.parse(await (await request(`${end.url}/result`, { signal: how.signal ?? null })).json());
    },
    /** Says something aloud in a live conversation. Resolves once the recording is safe; `chat.onEvent` tells the rest. */
    uploadTurn: async (sessionId: string, recording: Blob, how: UploadOptions = {}) => {
      const { turn_id } = await upload(`upload/turns/${sessionId}`, recording, turnSchema, how);
      return { turnId: turn_id };
    },
    /** Has the words of an answer told while it is recorded and spoken. Nothing is stored; nothing is thrown. */
    listen(questionId: string, how: LiveWordsOptions): LiveWordsListener {
      const address = new URL('api/conversation', `${base.replace(/^http/, 'ws')}/`);
      return listenLive(address, { questionId, token: presentToken() }, how);
    },
    /** Reads a job description from a PDF, DOCX or text, to be looked over and sent with `sessions.create`. */
    readJobDescription: (document: Blob, how: UploadOptions = {}) =>
      upload('upload/job-descriptions', document, jobDescriptionSchema, how),
    /** Sends a CV as PDF, DOCX or text. Its id goes into `sessions.create`. */
    uploadCv: (document: Blob, how: UploadOptions = {}) =>
      upload('upload/cvs', document, cvSchema, { idempotencyKey: newKey(), ...how }),
    /** Fetches the `url` of a question's or an answer's audio. */
    fetchAudio: (audioUrl: string, init: RequestInit = {}) => request(audioUrl.replace(/^\//, ''), init),
    /** Everything there is of the signed-in user, as one ZIP; its body is a stream. */
    exportAccount: (init: RequestInit = {}) => request('account/export', init),
    /** Which capabilities are served by the built-in stand-in rather than a model. Throws while the server is not ready. */
    readiness: async () => readinessSchema.parse(await (await request('health/ready')).json()),
    /** Ends every subscription and the connections under them, so that a process can exit. */
    async close(): Promise<void> {
      subscriptions.end();
      await socket?.close();
    },
  };
}
