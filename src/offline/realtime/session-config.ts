import { newId } from './identifiers.ts';
import type { SessionRequest, TurnDetection } from './session-schema.ts';

type Conversation = Extract<SessionRequest, { type: 'realtime' }>;
export type SessionInput = NonNullable<NonNullable<Conversation['audio']>['input']>;
type Output = NonNullable<NonNullable<Conversation['audio']>['output']>;

export interface CommonConfig {
  id: string;
  expiresAtMs: number;
  input: Required<Pick<SessionInput, 'format'>> & {
    transcription: NonNullable<SessionInput['transcription']> | null;
    noiseReduction: NonNullable<SessionInput['noise_reduction']> | null;
    turnDetection: TurnDetection | null;
  };
  include: NonNullable<SessionRequest['include']> | null;
}
export interface ConversationConfig extends CommonConfig {
  type: 'realtime';
  model: string;
  instructions: string;
  output: Required<Output>;
  /** Everything that is kept and shown but means nothing to rules. */
  settings: Omit<Conversation, 'type' | 'model' | 'instructions' | 'audio' | 'include'>;
}
export interface TranscriptionConfig extends CommonConfig {
  type: 'transcription';
}
export type SessionConfig = ConversationConfig | TranscriptionConfig;

const serverVad: TurnDetection = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  create_response: true,
  interrupt_response: true,
};

/** A session with OpenAI's defaults. `model` is that of a conversation; a transcription session has none. */
export function defaultSession(kind: { model: string } | 'transcription', lastsMs: number): SessionConfig {
  const common: CommonConfig = {
    id: newId('sess'),
    expiresAtMs: Date.now() + lastsMs,
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      transcription: null,
      noiseReduction: null,
      turnDetection: serverVad,
    },
    include: null,
  };
  if (kind === 'transcription') return { ...common, type: 'transcription' };
  return {
    ...common,
    type: 'realtime',
    model: kind.model,
    instructions: '',
    output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 },
    settings: {
      output_modalities: ['audio'],
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      truncation: 'auto',
      tracing: null,
      prompt: null,
    },
  };
}

/** As another session that begins now. */
export function renewSession(config: SessionConfig, lastsMs: number): SessionConfig {
  return { ...config, id: newId('sess'), expiresAtMs: Date.now() + lastsMs };
}

/** The session as the server shows it: with its identifier, and without the fields that are not set. */
export function describeSession(config: SessionConfig) {
  const { format, transcription, noiseReduction, turnDetection } = config.input;
  const common = {
    id: config.id,
    expires_at: Math.floor(config.expiresAtMs / 1000),
    ...(config.include && { include: config.include }),
  };
  const input = {
    format,
    turn_detection: turnDetection,
    ...(transcription && { transcription }),
    ...(noiseReduction && { noise_reduction: noiseReduction }),
  };
  if (config.type === 'transcription') {
    return { ...common, type: config.type, object: 'realtime.transcription_session', audio: { input } } as const;
  }
  const { model, instructions, output, settings } = config;
  return {
    ...common,
    ...settings,
    type: config.type,
    object: 'realtime.session',
    model,
    instructions,
    audio: { input, output },
  } as const;
}
