import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';
import { capabilities, defaultModels } from '../src/models/preferences.ts';
import { realtimeVoices } from '../src/models/realtime-voices.ts';

/** What is said of these settings; fails when they are taken. */
function mistakes(settings: Record<string, string>): string[] {
  try {
    readConfig(settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error(`it was taken: ${JSON.stringify(settings)}`);
}

test('with nothing set everything has a working default', () => {
  const { providers, ...config } = readConfig({});
  expect(config).toEqual({
    PORT: 3001,
    HOST: '127.0.0.1',
    CORS_ORIGINS: [],
    TRUST_PROXY: false,
    LOG_LEVEL: 'info',
    DATABASE_POOL_SIZE: 10,
    VIVA_DATA_PATH: resolve('.viva'),
    ALLOW_GUESTS: true,
    AUDIO_STORAGE_PATH: resolve('audio-storage'),
    S3_PRESIGNED_READS: false,
    MAX_AUDIO_FILE_SIZE: 50_000_000,
    MAX_RECORDING_MINUTES: 60,
    SUPPORTED_AUDIO_FORMATS: expect.arrayContaining(['mp3', 'wav', 'webm', 'm4a']),
    RATE_LIMIT_PER_MINUTE: 600,
    DAILY_AUDIO_MINUTES: 600,
    DAILY_TOKENS: 5_000_000,
    EVALUATION_CONCURRENCY: 20,
    UPSTREAM_CONCURRENCY: 100,
    TURN_DEADLINE_SECONDS: 120,
    OPENAI_REALTIME_VOICE: 'alloy',
    realtimeModality: 'audio',
    warnings: [],
    TURN_TRANSCRIPTION_SECONDS: 30,
    TURN_FIRST_TOKEN_SECONDS: 15,
    TURN_TOKEN_SECONDS: 10,
    TURN_FIRST_AUDIO_SECONDS: 15,
  });
  expect(Object.keys(providers)).toEqual(['chat', 'evaluate', 'transcribe', 'speak', 'realtime', 'listen']);
  for (const capability of capabilities) {
    expect(providers[capability]).toEqual({ models: defaultModels[capability], baseUrl: null, apiKey: null });
  }
});

test('an empty variable counts as unset', () => {
  expect(readConfig({ PORT: '', OPENAI_API_KEY: ' ', DATABASE_URL: '', FIREWORKS_API_KEY: '' })).toEqual(
    readConfig({}),
  );
});

const wrong: [string, string][] = [
  ['PORT', 'eighty'],
  ['PORT', '65536'],
  ['PORT', '1.5'],
  ['PUBLIC_URL', 'viva.example'],
  ['PUBLIC_URL', 'ftp://viva.example'],
  ['TRUST_PROXY', 'sometimes'],
  ['LOG_LEVEL', 'loud'],
  ['DATABASE_URL', 'mysql://viva:secret-7@db/viva'],
  ['DATABASE_POOL_SIZE', '0'],
  ['JWT_SECRET', 'too-short-7'],
  ['ALLOW_GUESTS', 'yes'],
  ['AUTH_JWKS_URL', 'not an address'],
  ['MAX_AUDIO_FILE_SIZE', 'huge'],
  ['MAX_AUDIO_FILE_SIZE', '-1MB'],
  ['MAX_RECORDING_MINUTES', '1441'],
  ['S3_ENDPOINT', 'minio:9000'],
  ['S3_PREFIX', 'viva production'],
  ['S3_FORCE_PATH_STYLE', 'maybe'],
  ['S3_PRESIGNED_READS', 'sometimes'],
  ['SUPPORTED_AUDIO_FORMATS', 'mp3,aiff'],
  ['SUPPORTED_AUDIO_FORMATS', ','],
  ['AUDIO_RETENTION_DAYS', '-1'],
  ['RATE_LIMIT_PER_MINUTE', 'NaN'],
  ['EVALUATION_CONCURRENCY', '21'],
  ['DAILY_AUDIO_MINUTES', '0'],
  ['DAILY_TOKENS', '2.5'],
  ['UPSTREAM_CONCURRENCY', '0'],
  ['OPENAI_BASE_URL', 'localhost:11434'],
  ['CHAT_BASE_URL', 'x'],
  ['EVALUATE_BASE_URL', 'x'],
  ['TRANSCRIBE_BASE_URL', 'x'],
  ['SPEAK_BASE_URL', 'x'],
  ['REALTIME_BASE_URL', 'x'],
  ['LISTEN_BASE_URL', 'x'],
  ['METRICS_TOKEN', 'short-7'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OPENAI_REALTIME_VOICE', 'barry'],
  ['OPENAI_REALTIME_MODALITIES', 'smell'],
];

describe('a wrong value stops the start with one line that names the setting, not the value', () => {
  test.each(wrong)('%s=%s', (name, value) => {
    const lines = mistakes({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name} must \\S.{3,}`));
    if (value.length > 3) expect(lines[0]?.slice(name.length)).not.toContain(value);
  });

  test('and all mistakes are told at once', () => {
    const settings = Object.fromEntries(wrong);
    const named = mistakes(settings).map((line) => line.split(' ')[0] ?? '');
    expect(named.toSorted()).toEqual(Object.keys(settings).toSorted());
    expect(mistakes(settings).join('\n')).not.toMatch(/secret-7|too-short-7/);
  });

  test('S3 credentials come in pairs', () => {
    const told = ['S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY need each other'];
    expect(mistakes({ S3_ACCESS_KEY_ID: 'AKIA7' })).toEqual(told);
    expect(mistakes({ S3_SECRET_ACCESS_KEY: 'secret-7' })).toEqual(told);
  });

  test('an identity provider is trusted only with its issuer and audience', () => {
    expect(mistakes({ AUTH_JWKS_URL: 'https://id.example/keys' })).toEqual([
      'AUTH_JWKS_URL needs AUTH_ISSUER and AUTH_AUDIENCE beside it',
    ]);
  });
});

test.each([
  ['1', 1],
  ['10KB', 10_000],
  ['50MB', 50_000_000],
  ['2 gb', 2_000_000_000],
])('a size of %s is %d bytes', (text, bytes) => {
  expect(readConfig({ MAX_AUDIO_FILE_SIZE: text }).MAX_AUDIO_FILE_SIZE).toBe(bytes);
});

test('lists are split at commas', () => {
  const config = readConfig({
    CORS_ORIGINS: 'https://a.example, https://b.example',
    SUPPORTED_AUDIO_FORMATS: 'mp3,wav',
    CHAT_MODELS: 'a, b,',
  });
  expect(config.CORS_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
  expect(config.SUPPORTED_AUDIO_FORMATS).toEqual(['mp3', 'wav']);
  expect(config.providers.chat.models).toEqual(['a', 'b']);
});

describe('who serves a capability', () => {
  const openAi = { OPENAI_API_KEY: 'sk-openai', OPENAI_BASE_URL: 'http://llm.example/v1' };

  test('OpenAI for all of them', () => {
    const { providers } = readConfig(openAi);
    for (const provider of Object.values(providers)) {
      expect(provider).toMatchObject({ baseUrl: 'http://llm.example/v1', apiKey: 'sk-openai' });
    }
  });

  test('Fireworks for the evaluation, and nothing else, once it has a key', () => {
    const { providers } = readConfig({ ...openAi, FIREWORKS_API_KEY: 'fw' });
    expect(providers.evaluate).toEqual({
      baseUrl: 'https://api.fireworks.ai/inference/v1',
      apiKey: 'fw',
      models: expect.arrayContaining([expect.stringMatching(/^accounts\/fireworks\/models\//)]),
    });
    for (const capability of ['chat', 'transcribe', 'speak'] as const) {
      expect(providers[capability].apiKey).toBe('sk-openai');
    }
    const chosen = readConfig({ ...openAi, FIREWORKS_API_KEY: 'fw', EVALUATE_MODELS: 'mine' });
    expect(chosen.providers.evaluate).toMatchObject({ apiKey: 'fw', models: ['mine'] });
  });

  test("a capability's own settings come first", () => {
    const { providers } = readConfig({
      ...openAi,
      FIREWORKS_API_KEY: 'fw',
      EVALUATE_BASE_URL: 'http://judge.example/v1',
      EVALUATE_API_KEY: 'judge',
      TRANSCRIBE_BASE_URL: 'http://ears.example/v1',
      TRANSCRIBE_MODELS: 'big-ears',
    });
    expect(providers.evaluate).toMatchObject({ baseUrl: 'http://judge.example/v1', apiKey: 'judge' });
    expect(providers.transcribe).toMatchObject({ baseUrl: 'http://ears.example/v1', models: ['big-ears'] });
    expect(providers.speak).toMatchObject({ baseUrl: 'http://llm.example/v1', apiKey: 'sk-openai' });
  });
});

describe('Realtime', () => {
  test.each([
    ['text,audio', 'audio'],
    ['audio, text', 'audio'],
    ['text', 'text'],
  ])('of the modalities %s, one is had at a time: %s', (listed, expected) => {
    expect(readConfig({ OPENAI_REALTIME_MODALITIES: listed }).realtimeModality).toBe(expected);
  });

  test.each(['fable', 'onyx', 'nova'])(
    'a voice that it does not have (%s) becomes a near one, and that is told',
    (voice) => {
      const { OPENAI_REALTIME_VOICE: taken, warnings } = readConfig({ OPENAI_REALTIME_VOICE: voice });
      expect(realtimeVoices).toContain(taken);
      expect(warnings).toEqual([`OPENAI_REALTIME_VOICE: Realtime has no voice ${voice}; ${taken} is used.`]);
    },
  );

  test('its own voices are taken as they are', () => {
    for (const voice of realtimeVoices)
      expect(readConfig({ OPENAI_REALTIME_VOICE: voice })).toMatchObject({
        OPENAI_REALTIME_VOICE: voice,
        warnings: [],
      });
  });

  test('the model of brief 4 is tried first, unless the whole list is set', () => {
    const own = 'gpt-4o-realtime-preview-2024-10-01';
    const models = (settings: Record<string, string>) => readConfig(settings).providers.realtime.models;
    expect(models({ OPENAI_REALTIME_MODEL: own })).toEqual([own, ...defaultModels.realtime]);
    expect(models({ OPENAI_REALTIME_MODEL: 'gpt-realtime-2.1' })[0]).toBe('gpt-realtime-2.1');
    expect(models({ OPENAI_REALTIME_MODEL: 'gpt-realtime-2.1' })).toHaveLength(defaultModels.realtime.length);
    expect(models({ OPENAI_REALTIME_MODEL: own, REALTIME_MODELS: 'mine' })).toEqual(['mine']);
  });
});
