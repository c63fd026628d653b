import type { ServerResponse } from 'node:http';
import type { ServedModel } from './models.ts';
import type { AnswerCall } from './realtime/calls.ts';
import type { RealtimeHook } from './realtime/connection.ts';

/**
 * `realtime` is the socket's handshake. `realtime_response` and `realtime_transcription` are work inside of a session,
 * which has no HTTP response of its own: of a reaction to them only `say` and `fail` count.
 */
export type Endpoint =
  | 'models'
  | 'chat'
  | 'speech'
  | 'transcriptions'
  | 'realtime'
  | 'realtime_response'
  | 'realtime_transcription'
  | 'client_secrets'
  | 'calls'
  | 'chatkit';

/** A call that has arrived whole and carries the right key. */
export interface UpstreamCall {
  endpoint: Endpoint;
  model: string | null;
  /** JSON body, query of a handshake, or the text fields of a form; repeated fields (`include[]`) are arrays. */
  body: Record<string, unknown>;
  /** The uploaded recording. */
  file: { name: string; mimeType: string; bytes: number } | null;
  /** Aborted once the response is finished or the caller has left. */
  signal: AbortSignal;
}

/** What a chat model or a transcriber is made to say. `refusal` goes with null content. */
export interface ForcedContent {
  content: string | null;
  refusal?: string | null;
}

/** How one call departs from the ordinary answer. */
export interface Reaction {
  /** Answers on the raw response instead of the endpoint. */
  take?: (response: ServerResponse) => Promise<void> | void;
  /** Replaces what the rules would have said. */
  say?: ForcedContent;
  /** Makes a response or a transcription inside of a session fail. */
  fail?: { code: string; message: string };
  /** Sees each piece of the body on its way out; throwing cuts the connection. */
  distort?: (body: AsyncIterable<string | Uint8Array>) => AsyncIterable<string | Uint8Array>;
}

/** Time taken before and between pieces, in milliseconds. What is left out takes no extra time. */
export interface Pace {
  transcribeMs?: number;
  firstTokenMs?: number;
  tokenMs?: number;
  speechFirstByteMs?: number;
  speechChunkMs?: number;
}

/** The seam for tests. Every field is read afresh at each call. */
export interface Behaviour {
  models?: ServedModel[];
  before?: (call: UpstreamCall) => Promise<Reaction | undefined> | Reaction | undefined;
  pace?: Pace;
  /** How long a realtime session may last; an hour unless told otherwise. */
  realtimeSessionMs?: number;
  /** Sees every event of every realtime connection in both directions, and may swallow it. */
  onRealtimeEvent?: RealtimeHook;
  /** The WebRTC peer. Without one, calls are refused. */
  answerCall?: AnswerCall;
}
