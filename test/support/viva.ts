import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import OpenAI from 'openai';
import { type DestinationStream, pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { createVivaClient, type VivaClient } from '../../src/client.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createDeps, type Deps } from '../../src/deps.ts';
import { startJobs } from '../../src/jobs/start.ts';
import { logOptions } from '../../src/log.ts';
import { logIds } from '../../src/telemetry/log-ids.ts';
import { say } from '../offline/recordings.ts';
import { createTestDatabase } from './database.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts';

/** Shorter than in production: no test waits for work that it does not need. */
const drainMs = 300;

export interface SignedIn {
  token: string;
  userId: string;
  viva: VivaClient;
  /** `fetch` with this user's token; paths are relative to the server. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface Viva extends AsyncDisposable {
  url: string;
  /** Where recordings lie. */
  audioPath: string;
  deps: Deps;
  app: FastifyInstance;
  upstream: ScriptedUpstream;
  /** A recording (MP3) of these words, as the stand-in can read them back. */
  say(words: string): Promise<Uint8Array<ArrayBuffer>>;
  /** A new guest, who has agreed to being recorded unless told otherwise. */
  signIn(options?: { consent?: boolean }): Promise<SignedIn>;
  /** Starts a second server on the same database, folders and secrets; it is stopped with the first, or before. */
  another(): Promise<AnotherServer>;
  /** Stops the server as a signal does and starts it again on the same database, folder and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface AnotherServer extends AsyncDisposable {
  url: string;
  deps: Deps;
  /** The same user with the same token, at this server. */
  at(user: SignedIn): SignedIn;
  stop(): Promise<void>;
}

/** The real server on a database and a folder of its own; only the model vendor is played, on the vendor's wire. */
export async function startViva(
  environment: Record<string, string> = {},
  templateUrl?: string,
  logTo?: DestinationStream,
): Promise<Viva> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'viva-test-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const database = opened.use(await createTestDatabase(templateUrl));
  const upstream = opened.use(await startScriptedUpstream());
  const audioPath = join(folder, 'audio');
  const config = readConfig({
    DATABASE_URL: database.url,
    VIVA_DATA_PATH: join(folder, 'data'),
    AUDIO_STORAGE_PATH: audioPath,
    OPENAI_BASE_URL: upstream.url,
    OPENAI_API_KEY: upstream.apiKey,
    RATE_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'silent',
    ...environment,
  });
  const running = opened.adopt({ server: await serve(config, 0, logTo) }, ({ server }) => server.stop());
  const { url } = running.server;
  const others = opened.use(new AsyncDisposableStack());
  const stack = opened.move();
  const close = () => stack.disposeAsync();
  return {
    url,
    audioPath,
    get deps() {
      return running.server.deps;
    },
    get app() {
      return running.server.app;
    },
    upstream,
    say: (words) => say(new OpenAI({ baseURL: upstream.url, apiKey: upstream.apiKey }), words),
    signIn: (options) => signIn(url, options),
    async another() {
      const { url: otherUrl, deps, stop } = await serve(config);
      others.defer(stop);
      return {
        url: otherUrl,
        deps,
        at: ({ token, userId }) => signedIn(otherUrl, token, userId),
        stop,
        [Symbol.asyncDispose]: stop,
      };
    },
    async restart() {
      await running.server.stop();
      running.server = await serve(config, Number(new URL(url).port), logTo);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Starts and stops what `server.ts` does, in the same order. */
async function serve(config: Config, port = 0, logTo?: DestinationStream) {
  await using opened = new AsyncDisposableStack();
  // Whoever reads the log gets every line that is ever written.
  const log = pino({ ...logOptions(logTo ? 'trace' : config.LOG_LEVEL), mixin: logIds }, logTo);
  const deps = await createDeps(config, log);
  opened.defer(() => deps.close());
  const app = await buildApp(deps, log);
  const jobs = await startJobs(deps);
  // Together: an open request may wait for work that only draining ends.
  opened.defer(async () => {
    await Promise.all([app.close(), deps.background.drain(drainMs), jobs.drain(drainMs)]);
  });
  const url = await app.listen({ port, host: '127.0.0.1' });
  const stack = opened.move();
  return { url, deps, app, stop: () => stack.disposeAsync() };
}

async function signIn(url: string, { consent = true } = {}): Promise<SignedIn> {
  const { token, user } = await createVivaClient({ url }).auth.guest.mutate();
  const guest = signedIn(url, token, user.id);
  if (consent) await guest.viva.auth.consent.mutate();
  return guest;
}

function signedIn(url: string, token: string, userId: string): SignedIn {
  return {
    token,
    userId,
    viva: createVivaClient({ url, token }),
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      return fetch(new URL(path, url), { ...init, headers });
    },
  };
}
