import type pg from 'pg';
import { missingMigrations } from '../db/missing-migrations.ts';
import type { CapabilityStatus, ModelCatalogue } from '../models/catalogue.ts';
import type { GateState } from '../models/gate.ts';
import type { Capability } from '../models/preferences.ts';
import type { AudioStorage } from '../storage/audio-storage.ts';
import { createCheck, probeStorage } from './checks.ts';

export interface ReadinessSources {
  db: { pool: pg.Pool };
  product: { storage: AudioStorage };
  catalogue: ModelCatalogue;
  gateStates(): GateState[];
  queue: { serving(): boolean };
  /** Capabilities that the built-in stand-in serves. */
  offline: Capability[];
}

/** `degraded`: it serves, but a model's server is known not to work now; recordings are kept, and done when it does. */
export interface Readiness {
  status: 'ready' | 'degraded' | 'not ready';
  /** What is wrong, a sentence each. */
  problems: string[];
  draining: boolean;
  database: 'up' | 'down';
  migrations: 'applied' | 'missing' | 'unknown';
  storage: 'writable' | 'failing';
  jobs: 'running' | 'stopped';
  offlineDemo: Capability[];
  models: Record<Capability, CapabilityStatus>;
  warnings: string[];
}

const databaseMs = { withinMs: 1_000, keptMs: 500 };
const storageMs = { withinMs: 2_000, keptMs: 2_000 };
/** A server of models that does not work is looked at again so often: its next list or call tells. */
const lookAgainMs = 15_000;

/**
 * Whether this server should be sent requests: its database answers and has this version's tables, its storage takes
 * recordings, its jobs run, no server of models refuses its key, and it is not about to stop. A model's server that is down
 * for everybody makes it `degraded`, not less than that: taking every server away would help nobody.
 */
export function createReadiness(sources: ReadinessSources, closing: AbortSignal): () => Promise<Readiness> {
  const { db, product, catalogue, gateStates, queue, offline } = sources;
  let missing: string[] | null = null;
  const database = createCheck(
    'The database does not answer.',
    async () => {
      missing = null;
      missing = await missingMigrations(db.pool);
      return null;
    },
    databaseMs,
  );
  const storage = createCheck('The storage does not take files.', () => probeStorage(product.storage), storageMs);

  return async () => {
    const [databaseProblem, storageProblem] = await Promise.all([database(), storage()]);
    const models = catalogue.status();
    const failing = Object.values(models).filter(({ ready }) => !ready);
    if (failing.length > 0) lookAgain(catalogue, failing);
    const unapplied = databaseProblem ? null : missing;
    const draining = closing.aborted;
    const jobs = queue.serving() ? 'running' : 'stopped';
    const blocking = [
      ...(draining ? ['The server is stopping.'] : []),
      ...(databaseProblem ? [databaseProblem] : []),
      ...(unapplied?.length ? [`The database lacks ${unapplied.length} migrations: restart the server.`] : []),
      ...(storageProblem ? [storageProblem] : []),
      ...(jobs === 'stopped' ? ['Background work is not running.'] : []),
      ...problemsOf(failing.filter(({ keyRefused }) => keyRefused)),
    ];
    const hampering = [
      ...problemsOf(failing.filter(({ keyRefused }) => !keyRefused)),
      ...gateStates().flatMap(refusing),
    ];
    return {
      status: blocking.length > 0 ? 'not ready' : hampering.length > 0 ? 'degraded' : 'ready',
      problems: [...blocking, ...hampering],
      draining,
      database: databaseProblem ? 'down' : 'up',
      migrations: unapplied === null ? 'unknown' : unapplied.length > 0 ? 'missing' : 'applied',
      storage: storageProblem ? 'failing' : 'writable',
      jobs,
      offlineDemo: offline,
      models,
      warnings: catalogue.warnings(),
    };
  };
}

const refusing = ({ capability, host, refusesForMs }: GateState): string[] =>
  refusesForMs === null
    ? []
    : [`${host} kept failing, so it is not asked for "${capability}" until it may have recovered.`];

/** Capabilities on one server share a problem. */
const problemsOf = (failing: CapabilityStatus[]): string[] => [
  ...new Set(failing.flatMap(({ problem }) => problem ?? [])),
];

/** Nobody calls a server that gets no requests: without another look it would stay not ready. */
function lookAgain(catalogue: ModelCatalogue, failing: CapabilityStatus[]): void {
  const lookedAt = Math.max(...failing.map(({ checkedAt }) => Date.parse(checkedAt ?? '1970-01-01')));
  // Never rejects, and is not waited for.
  if (Date.now() - lookedAt > lookAgainMs) void catalogue.refresh();
}
