import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import type pg from 'pg';
import { say } from '../../offline/recordings.ts';
import { freePort, type Guest, type ServerProcess } from '../../support/server-process.ts';
import { createServerWorld, type ServerWorld } from '../../support/server-world.ts';
import type { CampaignOptions } from '../campaign.ts';
import type { Claim } from './claim.ts';
import type { Random } from './random.ts';

/** A recording whose words are known. */
export interface Spoken {
  words: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Stops an upload on its way: after this share of its bytes, or `answered`. */
export interface UploadCut {
  at: number | 'answered';
  reached(): void;
}

/** A server that is killed and started again on the same database and folders, and what its clients know. */
export interface DoomedServer extends AsyncDisposable {
  world: ServerWorld;
  random: Random;
  found: string[];
  recordings: Spoken[];
  /** Where each of its lives can be reached. */
  url: string;
  /** What clients were promised in this life, and in those before. */
  claims: Claim[];
  kept: Claim[];
  /** Set before a kill: what fails from then on fails because of it. */
  dying: boolean;
  died: Promise<void>;
  uploadCut: UploadCut | null;
  /** False where recordings are deleted once they are transcribed. */
  keepsSound: boolean;
  /** Looks into its database from outside. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
  server(): ServerProcess;
  start(): Promise<ServerProcess>;
  kill(how?: () => Promise<void>): Promise<void>;
  signIn(): Promise<Guest | null>;
  /** Makes a call; null when it was cut off by the kill. Any other failure is a breach. */
  attempt<Result>(what: string, call: () => Promise<Result>): Promise<Result | null>;
  /** Looks until it is so, or the server is dead. */
  until(what: string, look: () => Promise<boolean>): Promise<void>;
  /** Another word each time: tells one call to the vendor from all others. */
  mark(): string;
}

const lookEveryMs = 50;
const sentences = [
  'I led the migration of our payment service.',
  'We cut the error rate by forty percent in May.',
  'My team delivered the new checkout two weeks early.',
];

export async function createDoomedServer(
  options: Pick<CampaignOptions, 'databaseUrl'>,
  random: Random,
  settings: Record<string, string> = {},
): Promise<DoomedServer> {
  await using opened = new AsyncDisposableStack();
  const world = opened.use(await createServerWorld(options));
  const client = new OpenAI({ baseURL: world.upstream.url, apiKey: world.upstream.apiKey });
  const recordings: Spoken[] = [];
  for (const words of sentences) recordings.push({ words, bytes: await say(client, words) });
  world.upstream.calls.splice(0);
  const port = String(await freePort());
  const death = () => Promise.withResolvers<void>();
  let server: ServerProcess | undefined;
  let dead = death();
  const stack = opened.move();
  const doomed: DoomedServer = {
    world,
    random,
    recordings,
    found: [],
    url: `http://127.0.0.1:${port}`,
    claims: [],
    kept: [],
    dying: false,
    get died() {
      return dead.promise;
    },
    uploadCut: null,
    keepsSound: true,
    query: (text, values) => world.pool.query(text, values),
    server() {
      if (!server) throw new Error('it was never started');
      return server;
    },
    async start() {
      dead = death();
      doomed.dying = false;
      server = await world.start({ PORT: port, EVALUATION_CONCURRENCY: '1', ...settings });
      return server;
    },
    async kill(how) {
      doomed.dying = true;
      await (how ? how() : doomed.server().kill('SIGKILL'));
      dead.resolve();
    },
    signIn: () => doomed.attempt('signing in', () => doomed.server().signIn()),
    async attempt(what, call) {
      try {
        return await call();
      } catch (error) {
        if (!doomed.dying) doomed.found.push(`${what}: ${String(error)}`);
        return null;
      }
    },
    async until(what, look) {
      while (!doomed.dying && !(await doomed.attempt(what, look))) {
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    },
    mark: () => `case ${randomUUID().slice(0, 13)}`,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return doomed;
}
