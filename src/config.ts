import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { byCapability, type Capability, defaultModels } from './models/preferences.ts';
import { type RealtimeVoice, realtimeVoice, realtimeVoices } from './models/realtime-voices.ts';
import { supportedFormats } from './speech/formats.ts';
import { voiceNames } from './speech/voices.ts';

const sizeUnits: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** `50MB` is 50,000,000 bytes. */
const size = z
  .string()
  .regex(/^\d+ ?(B|KB|MB|GB)?$/i, 'must be a size such as 50MB')
  .transform((text) => Number.parseInt(text, 10) * (sizeUnits[text.replace(/[\d ]/g, '').toUpperCase() || 'B'] ?? 1));
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');
const address = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
const count = (min: number, max: number) =>
  z.coerce
    .number('must be a number')
    .int(`must be a whole number`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const provider = {
  CHAT_MODELS: list.optional(),
  CHAT_BASE_URL: address.optional(),
  CHAT_API_KEY: z.string().optional(),
  EVALUATE_MODELS: list.optional(),
  EVALUATE_BASE_URL: address.optional(),
  EVALUATE_API_KEY: z.string().optional(),
  TRANSCRIBE_MODELS: list.optional(),
  TRANSCRIBE_BASE_URL: address.optional(),
  TRANSCRIBE_API_KEY: z.string().optional(),
  SPEAK_MODELS: list.optional(),
  SPEAK_BASE_URL: address.optional(),
  SPEAK_API_KEY: z.string().optional(),
  REALTIME_MODELS: list.optional(),
  REALTIME_BASE_URL: address.optional(),
  REALTIME_API_KEY: z.string().optional(),
  LISTEN_MODELS: list.optional(),
  LISTEN_BASE_URL: address.optional(),
  LISTEN_API_KEY: z.string().optional(),
};

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

const environment = z.object({
  PORT: count(0, 65535).default(3001),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: address.optional(),
  CORS_ORIGINS: list.default([]),
  TRUST_PROXY: flag.default(false),
  LOG_LEVEL: z.enum(logLevels, `must be one of: ${logLevels.join(', ')}`).default('info'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
    .optional(),
  DATABASE_POOL_SIZE: count(1, 200).default(10),
  VIVA_DATA_PATH: z.string().default('.viva'),
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  ALLOW_GUESTS: flag.default(true),
  AUTH_JWKS_URL: address.optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUDIO_STORAGE_PATH: z.string().default('audio-storage'),
  S3_BUCKET: z.string().optional(),
  S3_REGION: z.string().optional(),
  S3_ENDPOINT: address.optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_PREFIX: z
    .string()
    .regex(/^[\w./-]{1,200}$/, 'must be of letters, digits, and . _ - /')
    .optional(),
  S3_FORCE_PATH_STYLE: flag.optional(),
  S3_PRESIGNED_READS: flag.default(false),
  MAX_AUDIO_FILE_SIZE: size.default(50_000_000),
  MAX_RECORDING_MINUTES: count(1, 240).default(60),
  SUPPORTED_AUDIO_FORMATS: list
    .pipe(
      z
        .array(z.enum(supportedFormats, `must list some of: ${supportedFormats.join(', ')}`))
        .min(1, 'must list at least one format'),
    )
    .default([...supportedFormats]),
  AUDIO_RETENTION_DAYS: count(0, 36500).optional(),
  RATE_LIMIT_PER_MINUTE: count(1, 1_000_000).default(600),
  DAILY_AUDIO_MINUTES: count(1, 1_000_000).default(600),
  DAILY_TOKENS: count(1, 2_000_000_000).default(5_000_000),
  EVALUATION_CONCURRENCY: count(1, 20).default(20),
  UPSTREAM_CONCURRENCY: count(1, 10_000).default(100),
  TURN_DEADLINE_SECONDS: count(5, 600).default(120),
  TURN_TRANSCRIPTION_SECONDS: count(1, 600).default(30),
  TURN_FIRST_TOKEN_SECONDS: count(1, 120).default(15),
  TURN_TOKEN_SECONDS: count(1, 120).default(10),
  TURN_FIRST_AUDIO_SECONDS: count(1, 120).default(15),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: address.optional(),
  FIREWORKS_API_KEY: z.string().optional(),
  OPENAI_REALTIME_MODEL: z.string().optional(),
  OPENAI_REALTIME_VOICE: z.enum(voiceNames, `must be one of: ${realtimeVoices.join(', ')}`).default('alloy'),
  OPENAI_REALTIME_MODALITIES: list
    .pipe(z.array(z.enum(['text', 'audio'], 'must list some of: text, audio')).min(1, 'must list text, audio or both'))
    .default(['audio']),
  OPENAI_REALTIME_INSTRUCTIONS: z.string().optional(),
  CHATKIT_AGENT_ID: z.string().optional(),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional(),
  ...provider,
});

type Environment = z.output<typeof environment>;

/** Which server answers for a capability. A null key means: use the built-in offline server. */
export interface Provider {
  models: string[];
  baseUrl: string | null;
  apiKey: string | null;
}

type RealtimeVariable = 'OPENAI_REALTIME_MODEL' | 'OPENAI_REALTIME_VOICE' | 'OPENAI_REALTIME_MODALITIES';

export interface Config extends Omit<Environment, keyof typeof provider | RealtimeVariable> {
  OPENAI_REALTIME_VOICE: RealtimeVoice;
  /** Realtime sessions answer in one of both; an audio answer has its transcript beside it. */
  realtimeModality: 'audio' | 'text';
  providers: Record<Capability, Provider>;
  /** What was read otherwise than it was written, a line each. */
  warnings: string[];
}

/** Wrong settings, one line per mistake. Values are not repeated: they may be secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const fireworks = {
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  models: ['accounts/fireworks/models/deepseek-v3p2', 'accounts/fireworks/models/gpt-oss-120b'],
};

function preferred(env: Environment, capability: Capability): string[] {
  const first = capability === 'realtime' ? env.OPENAI_REALTIME_MODEL : undefined;
  return [...new Set([...(first ? [first] : []), ...defaultModels[capability]])];
}

function resolveProvider(env: Environment, capability: Capability): Provider {
  const prefix = capability.toUpperCase() as Uppercase<Capability>;
  const own = {
    models: env[`${prefix}_MODELS`],
    baseUrl: env[`${prefix}_BASE_URL`],
    apiKey: env[`${prefix}_API_KEY`],
  };
  if (capability === 'evaluate' && env.FIREWORKS_API_KEY && !own.baseUrl && !own.apiKey) {
    return { models: own.models ?? fireworks.models, baseUrl: fireworks.baseUrl, apiKey: env.FIREWORKS_API_KEY };
  }
  return {
    models: own.models ?? preferred(env, capability),
    baseUrl: own.baseUrl ?? env.OPENAI_BASE_URL ?? null,
    apiKey: own.apiKey ?? env.OPENAI_API_KEY ?? null,
  };
}

/** The environment, with what `.env` in the present folder adds to it. */
export function readEnvironment(): Record<string, string | undefined> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** Reads the settings. Empty variables count as unset. Throws `ConfigError` naming every mistake. */
export function readConfig(source: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environment.safeParse(present);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path[0]?.toString()} ${issue.message}`).join('\n'),
    );
  }
  const env = parsed.data;
  if (env.AUTH_JWKS_URL && !(env.AUTH_ISSUER && env.AUTH_AUDIENCE)) {
    throw new ConfigError('AUTH_JWKS_URL needs AUTH_ISSUER and AUTH_AUDIENCE beside it');
  }
  if ((env.S3_ACCESS_KEY_ID === undefined) !== (env.S3_SECRET_ACCESS_KEY === undefined)) {
    throw new ConfigError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY need each other');
  }
  const { OPENAI_REALTIME_MODEL, OPENAI_REALTIME_VOICE: wanted, OPENAI_REALTIME_MODALITIES, ...rest } = env;
  const voice = realtimeVoice(wanted);
  return {
    ...rest,
    VIVA_DATA_PATH: resolve(env.VIVA_DATA_PATH),
    AUDIO_STORAGE_PATH: resolve(env.AUDIO_STORAGE_PATH),
    OPENAI_REALTIME_VOICE: voice,
    realtimeModality: OPENAI_REALTIME_MODALITIES.includes('audio') ? 'audio' : 'text',
    providers: byCapability((capability) => resolveProvider(env, capability)),
    warnings: voice === wanted ? [] : [`OPENAI_REALTIME_VOICE: Realtime has no voice ${wanted}; ${voice} is used.`],
  };
}
