import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createVivaClient } from '../../src/client.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { quiet } from '../support/quiet.ts';
import { type Child, type ServerChild, startChild, startServer } from './child.ts';
import type { ReadLoad, UploadLoad } from './load.ts';

/** How much is measured. */
export interface Scale {
  rounds: number;
  durationMs: number;
  uploadRounds: number;
  uploadBytes: number;
}

export interface SignedIn {
  userId: string;
  headers: { authorization: string };
}

/** A database with real durability, which the product migrates, the product, and the load; each a process of its own. */
export interface World extends AsyncDisposable {
  scale: Scale;
  db: Database;
  /** Of PostgreSQL, with a process for each connection below it. */
  databasePid: number;
  databaseUrl: string;
  /** Where the product keeps recordings. */
  audioPath: string;
  /** For the files of a peer, on the same disk. */
  peerPath: string;
  viva: ServerChild;
  signIn(): Promise<SignedIn>;
  /** Requests, or megabytes, a second. */
  load(load: Omit<ReadLoad, 'durationMs'> | UploadLoad): Promise<number>;
}

const rateSchema = z.object({ rate: z.number().positive() });

export interface Upstream {
  url: string;
  apiKey: string;
}

/** `startUpstream` gives what plays the model vendor, in the folder of this world: the offline server unless told. */
export async function createWorld(
  scale: Scale,
  startUpstream: (opened: AsyncDisposableStack, folder: string) => Promise<Upstream> = startOfflineUpstream,
): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'viva-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'database'), log: quiet });
  opened.defer(() => postgres.stop());
  const db = openDatabase(postgres.url, { poolSize: 4, log: quiet });
  opened.defer(() => db.close());

  const upstream = await startUpstream(opened, folder);
  const audioPath = join(folder, 'audio');
  const viva = opened.use(
    await startServer('servers/viva.ts', {
      DATABASE_URL: postgres.url,
      VIVA_DATA_PATH: join(folder, 'data'),
      AUDIO_STORAGE_PATH: audioPath,
      OPENAI_BASE_URL: upstream.url,
      OPENAI_API_KEY: upstream.apiKey,
      // The load comes from one address.
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
    }),
  );
  const loader: Child = opened.use(await startChild('load.ts'));
  const databasePid = Number.parseInt(await readFile(join(folder, 'database/postgres/postmaster.pid'), 'utf8'), 10);
  const stack = opened.move();
  return {
    scale,
    db,
    databasePid,
    databaseUrl: postgres.url,
    audioPath,
    peerPath: join(folder, 'peer'),
    viva,
    signIn: () => signIn(viva.url),
    load: async (load) => rateSchema.parse(await loader.ask({ durationMs: scale.durationMs, ...load })).rate,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function startOfflineUpstream(opened: AsyncDisposableStack): Promise<Upstream> {
  const { first } = opened.use(await startChild('servers/upstream.ts'));
  return z.object({ url: z.string(), apiKey: z.string() }).parse(first);
}

async function signIn(url: string): Promise<SignedIn> {
  const { token, user } = await createVivaClient({ url }).auth.guest.mutate();
  await createVivaClient({ url, token }).auth.consent.mutate();
  return { userId: user.id, headers: { authorization: `Bearer ${token}` } };
}
