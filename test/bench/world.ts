import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createVivaClient } from '../../src/client.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { migrate } from '../../src/db/migrate.ts';
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

/** A database with real durability, the product, and the load; each a process of its own. */
export interface World extends AsyncDisposable {
  scale: Scale;
  db: Database;
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

export async function createWorld(scale: Scale): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'viva-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'database'), log: quiet });
  opened.defer(() => postgres.stop());
  const db = openDatabase(postgres.url, { poolSize: 4, log: quiet });
  opened.defer(() => db.close());
  await migrate(db.pool, quiet);

  const upstream = opened.use(await startChild('servers/upstream.ts'));
  const { url: upstreamUrl, apiKey } = z.object({ url: z.string(), apiKey: z.string() }).parse(upstream.first);
  const audioPath = join(folder, 'audio');
  const viva = opened.use(
    await startServer('servers/viva.ts', {
      DATABASE_URL: postgres.url,
      VIVA_DATA_PATH: join(folder, 'data'),
      AUDIO_STORAGE_PATH: audioPath,
      OPENAI_BASE_URL: upstreamUrl,
      OPENAI_API_KEY: apiKey,
      // The load comes from one address.
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
    }),
  );
  const loader: Child = opened.use(await startChild('load.ts'));
  const stack = opened.move();
  return {
    scale,
    db,
    databaseUrl: postgres.url,
    audioPath,
    peerPath: join(folder, 'peer'),
    viva,
    signIn: () => signIn(viva.url),
    load: async (load) => rateSchema.parse(await loader.ask({ durationMs: scale.durationMs, ...load })).rate,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function signIn(url: string): Promise<SignedIn> {
  const { token, user } = await createVivaClient({ url }).auth.guest.mutate();
  await createVivaClient({ url, token }).auth.consent.mutate();
  return { userId: user.id, headers: { authorization: `Bearer ${token}` } };
}
