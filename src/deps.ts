import { createHmac } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { type AuthDeps, createAuth } from './auth/auth.ts';
import { type Config, ConfigError } from './config.ts';
import { createCalls } from './conversation/call-registry.ts';
import type { ConversationDeps } from './conversation/context.ts';
import { createEventLog } from './conversation/event-log.ts';
import { createHolders } from './conversation/holders.ts';
import { createLiveTurns } from './conversation/live-turns.ts';
import { createReplyAudio } from './conversation/reply-audio.ts';
import { plainInstructions } from './conversation/voice/free-talk.ts';
import { type Database, openDatabase } from './db/client.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './db/embedded-postgres.ts';
import { migrate } from './db/migrate.ts';
import { createNotifications } from './db/notifications.ts';
import { createChanges } from './interview/changes.ts';
import { defaultLiveRecording, type LiveRecordingDeps } from './interview/live-recording/context.ts';
import { createRecorders } from './interview/live-recording/recorders.ts';
import type { ResumableUploadDeps } from './interview/resumable-uploads.ts';
import { type Background, createBackground } from './jobs/background.ts';
import { type JobQueue, openQueue } from './jobs/queue.ts';
import { createAllowance } from './limits/allowance.ts';
import { currentApplicant } from './limits/applicant.ts';
import { createUserPlaces } from './limits/user-places.ts';
import { createOpenAiChatModel } from './llm/openai-chat-model.ts';
import type { Log } from './log.ts';
import type { UpstreamAccess } from './models/call.ts';
import { createModelCatalogue, type ModelCatalogue } from './models/catalogue.ts';
import { createGate, type GateState } from './models/gate.ts';
import { createOpenAiClients, hostOf, type ModelServer, openAiBaseUrl } from './models/model-server.ts';
import { byCapability, type Capability, capabilities, defaultModels } from './models/preferences.ts';
import { plainlyOffline } from './offline/plainly-offline.ts';
import { type OfflineServer, startOfflineServer } from './offline/server.ts';
import { isOfflineTranscriptNotice } from './offline/transcript-notice.ts';
import { keptSecret } from './secrets.ts';
import { createOpenAiLiveTranscriber } from './speech/openai-live-transcriber.ts';
import { createOpenAiRealtimeBroker } from './speech/openai-realtime-broker.ts';
import { createOpenAiTranscriber } from './speech/openai-transcriber.ts';
import { createOpenAiVoiceModel } from './speech/openai-voice-model.ts';
import { createSpeakerByModel } from './speech/speaker-by-model.ts';
import type { AudioStorage } from './storage/audio-storage.ts';
import { createDiskStorage } from './storage/disk.ts';
import { createDiskPcmSpool } from './storage/disk-pcm-spool.ts';
import { createPartialUploads } from './storage/partial-uploads.ts';
import { S3SettingsError } from './storage/s3-errors.ts';
import { observeParts } from './telemetry/gauges.ts';
import { countingStorage } from './telemetry/storage.ts';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts';

/** Everything the doors need, built once. */
export interface Deps {
  config: Config;
  db: Database;
  auth: AuthDeps;
  /** Signs cookies. Made from JWT_SECRET, so servers that share that agree on this. */
  cookieSecret: string;
  /** What the verbs of interviews and of live conversations work with. */
  product: ConversationDeps & LiveRecordingDeps & ResumableUploadDeps;
  catalogue: ModelCatalogue;
  /** What stands before each capability's server. */
  gateStates(): GateState[];
  /** For the pass-through, which speaks the vendor's own protocol. */
  realtimeUpstream: UpstreamAccess;
  background: Background;
  telemetry: Telemetry;
  /** Work that outlives the server. */
  queue: JobQueue;
  /** Capabilities that the built-in stand-in serves, because no key and no address is set for them. */
  offline: Capability[];
  /** Ends background work, then closes everything in the reverse order of opening. */
  close(): Promise<void>;
}

/** The only place where adapters are constructed. */
export async function createDeps(config: Config, log: Log): Promise<Deps> {
  await using opened = new AsyncDisposableStack();
  // Passable, not readable: PostgreSQL may have to run as somebody else. The secrets in it have modes of their own.
  await mkdir(config.VIVA_DATA_PATH, { recursive: true, mode: 0o711 });

  const telemetry = await createTelemetry({ ...config, version: packageJson.version });
  opened.defer(() => telemetry.close());
  const databaseUrl = config.DATABASE_URL ?? (await embedded(config, log, opened)).url;
  const db = openDatabase(databaseUrl, { poolSize: config.DATABASE_POOL_SIZE, log });
  opened.defer(() => db.close());
  await migrate(db.pool, log);
  const notifications = createNotifications({ url: databaseUrl, pool: db.pool, log });
  opened.defer(() => notifications.close());
  for (const warning of config.warnings) log.warn({}, warning);

  const { servers, offline } = await modelServers(config, opened);
  const clients = createOpenAiClients(servers);
  const catalogue = createModelCatalogue({ servers, clients, log });
  const gates = byCapability((capability) =>
    createGate({
      capability,
      host: hostOf(servers[capability].baseUrl),
      concurrency: config.UPSTREAM_CONCURRENCY,
      applicant: currentApplicant,
    }),
  );
  const gateStates = () => capabilities.map((capability) => gates[capability].state());
  const access = (capability: Capability) => ({
    client: clients[capability],
    catalogue,
    log,
    observe: telemetry.upstream,
    gate: gates[capability],
  });

  const background = createBackground(log, telemetry.observed);
  const queue = await openQueue({ pool: db.pool, log, observed: telemetry.observed });
  opened.defer(() => queue.close());
  const speaker = createSpeakerByModel({
    ...access('speak'),
    origin: offline.includes('speak') ? 'offline' : hostOf(servers.speak.baseUrl),
  });
  opened.defer(() => speaker.close());
  const storage = countingStorage(await createStorage(config, log), telemetry.metrics);
  const recorders = createRecorders();
  opened.defer(() => recorders.close());
  const product: ConversationDeps & LiveRecordingDeps & ResumableUploadDeps = {
    db,
    storage,
    chat: createOpenAiChatModel({ capability: 'chat', ...access('chat') }),
    evaluator: createOpenAiChatModel({ capability: 'evaluate', ...access('evaluate') }),
    transcriber: plainlyOffline(createOpenAiTranscriber(access('transcribe'))),
    speaker,
    changes: createChanges(notifications),
    log,
    telemetry,
    later: background.run,
    allowance: createAllowance({
      pool: db.pool,
      daily: { audioMs: config.DAILY_AUDIO_MINUTES * 60_000, tokens: config.DAILY_TOKENS },
    }),
    places: createUserPlaces(),
    work: queue,
    limits: {
      maxAudioBytes: config.MAX_AUDIO_FILE_SIZE,
      maxRecordingMs: config.MAX_RECORDING_MINUTES * 60_000,
      formats: config.SUPPORTED_AUDIO_FORMATS,
      evaluationConcurrency: config.EVALUATION_CONCURRENCY,
      audioRetentionDays: config.AUDIO_RETENTION_DAYS ?? null,
    },
    events: createEventLog(db, log, notifications),
    replies: createReplyAudio(storage),
    live: createLiveTurns(notifications),
    deadlines: {
      transcriptionMs: config.TURN_TRANSCRIPTION_SECONDS * 1_000,
      firstTokenMs: config.TURN_FIRST_TOKEN_SECONDS * 1_000,
      tokenToTokenMs: config.TURN_TOKEN_SECONDS * 1_000,
      firstAudioMs: config.TURN_FIRST_AUDIO_SECONDS * 1_000,
      turnMs: config.TURN_DEADLINE_SECONDS * 1_000,
    },
    firstPiece: 'clause',
    realtime: {
      broker: createOpenAiRealtimeBroker({ ...access('realtime'), workflowId: config.CHATKIT_AGENT_ID }),
      calls: createCalls(),
      holders: createHolders(),
      modality: config.realtimeModality,
    },
    voiceModel: createOpenAiVoiceModel({ ...access('realtime'), saysNothing: isOfflineTranscriptNotice }),
    voice: {
      instructions: config.OPENAI_REALTIME_INSTRUCTIONS ?? plainInstructions,
      voice: config.OPENAI_REALTIME_VOICE,
      renewAfterMs: 58 * 60_000,
      healthyAfterMs: 60_000,
    },
    liveTranscriber: createOpenAiLiveTranscriber({ ...access('listen'), saysNothing: isOfflineTranscriptNotice }),
    spool: createDiskPcmSpool(join(config.AUDIO_STORAGE_PATH, 'live')),
    partials: createPartialUploads(join(config.AUDIO_STORAGE_PATH, 'uploads')),
    recorders,
    liveRecording: defaultLiveRecording,
  };
  const secret = config.JWT_SECRET ?? (await keptSecret(config.VIVA_DATA_PATH, 'jwt-secret'));
  const auth = createAuth({ db, config, secret, log, notifications });
  opened.defer(() => auth.close());
  // Its own key: nothing signed as a cookie can ever pass for a token.
  const cookieSecret = createHmac('sha256', secret).update('cookies').digest('base64url');

  observeParts(telemetry.meter, {
    pool: db.pool,
    poolSize: config.DATABASE_POOL_SIZE,
    queueDepths: () => queue.depths(),
    capabilities: catalogue.status,
    gates: gateStates,
    log,
  });

  const stack = opened.move();
  const close = async () => {
    await background.drain(0);
    await stack.disposeAsync();
  };
  return {
    config,
    db,
    auth,
    cookieSecret,
    product,
    catalogue,
    gateStates,
    realtimeUpstream: access('realtime'),
    background,
    telemetry,
    queue,
    offline,
    close,
  };
}

export async function createStorage(config: Config, log: Log): Promise<AudioStorage> {
  const { AUDIO_STORAGE_PATH: root, S3_BUCKET: bucket, S3_ENDPOINT: endpoint } = config;
  if (!bucket) return createDiskStorage({ root, log });
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  // Only now: the AWS SDK takes 35 MB of memory.
  const { createS3Storage } = await import('./storage/s3.ts');
  try {
    return await createS3Storage({
      root,
      bucket,
      endpoint,
      region: config.S3_REGION,
      credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
      prefix: config.S3_PREFIX,
      forcePathStyle: config.S3_FORCE_PATH_STYLE ?? endpoint !== undefined,
      presignedReads: config.S3_PRESIGNED_READS,
      log,
    });
  } catch (error) {
    throw error instanceof S3SettingsError ? new ConfigError(error.message, { cause: error }) : error;
  }
}

async function embedded(config: Config, log: Log, opened: AsyncDisposableStack): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ folder: join(config.VIVA_DATA_PATH, 'database'), log });
  opened.defer(() => postgres.stop());
  return postgres;
}

/** A capability without a key and without an address of its own is served by the stand-in, on the same wire. */
async function modelServers(config: Config, opened: AsyncDisposableStack) {
  const offline = capabilities.filter((capability) => {
    const { baseUrl, apiKey } = config.providers[capability];
    return baseUrl === null && apiKey === null;
  });
  const standIn: OfflineServer | null = offline.length > 0 ? await startOfflineServer() : null;
  if (standIn) opened.defer(() => standIn.close());
  const serverOf = (capability: Capability): ModelServer => {
    const { models, baseUrl, apiKey } = config.providers[capability];
    if (standIn && offline.includes(capability)) {
      return { models: defaultModels[capability], baseUrl: standIn.url, apiKey: standIn.apiKey };
    }
    // Local servers want no key, but the wire has a place for one.
    return { models, baseUrl: baseUrl ?? openAiBaseUrl, apiKey: apiKey ?? 'none' };
  };
  return { servers: byCapability(serverOf), offline };
}
