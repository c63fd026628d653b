import type { MicrophoneProblem } from '../recording/microphone.ts';
import type { SpeakingMode } from './ear.ts';
import { type Exchange, emptyTranscript, type Transcript } from './transcript.ts';

/** Everything that is to be seen of a conversation. */
export interface ConversationState {
  transcript: Transcript;
  /** `settled`: what was said before has been told. */
  connection: 'connecting' | 'settled' | 'lost';
  /** Why nothing can be told any more. */
  refused: unknown;
  joined: boolean;
  /** `direct`: the sound goes straight to the model (WebRTC). */
  mode: SpeakingMode | 'typing' | 'direct';
  microphone: 'closed' | 'opening' | 'open';
  microphoneProblem: MicrophoneProblem | null;
  muted: boolean;
  paused: boolean;
  /** The candidate speaks. */
  hearing: boolean;
  sending: boolean;
  /** Something is played, or held. */
  speaking: boolean;
  /** The browser wants a click before it plays. */
  blocked: boolean;
  /** What was said but could not be sent, or has not been before this visit; kept until it is. */
  unsent: Unsent | null;
  /** This browser cannot keep what is not sent yet over a reload. */
  unkept: boolean;
  /** What a call failed with. */
  error: unknown;
  /** What was heard of replies that were interrupted, by turn. */
  heardTexts: Readonly<Record<string, string>>;
  /** From the end of what was said to the first sound of the reply, by turn. */
  delaysMs: Readonly<Record<string, number>>;
}

/** Not `randomUUID`, which pages without HTTPS do not have: there one can still type. */
export const newUtteranceId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** `id` stays with it until the server has answered: the key by which it is taken once. */
export type Unsent = { id: string } & ({ kind: 'spoken'; sound: Blob } | { kind: 'typed'; text: string });

export const firstState: ConversationState = {
  transcript: emptyTranscript,
  connection: 'connecting',
  refused: null,
  joined: false,
  mode: 'hands-free',
  microphone: 'closed',
  microphoneProblem: null,
  muted: false,
  paused: false,
  hearing: false,
  sending: false,
  speaking: false,
  blocked: false,
  unsent: null,
  unkept: false,
  error: null,
  heardTexts: {},
  delaysMs: {},
};

export type Status =
  | 'apart'
  | 'paused'
  | 'hearing'
  | 'speaking'
  | 'thinking'
  | 'muted'
  | 'listening'
  | 'typing'
  | 'over';

export const lastExchange = ({ transcript }: ConversationState): Exchange | null => transcript.exchanges.at(-1) ?? null;

/** What is going on, in one word. */
export function statusOf(state: ConversationState): Status {
  const over = state.transcript.over;
  if (!state.joined) return over ? 'over' : 'apart';
  if (state.paused) return 'paused';
  if (state.hearing) return 'hearing';
  if (state.speaking) return 'speaking';
  if (over) return 'over';
  if (state.sending || lastExchange(state)?.state === 'running') return 'thinking';
  if (state.mode === 'typing' || state.microphone !== 'open') return 'typing';
  return state.muted ? 'muted' : 'listening';
}
