import type OpenAI from 'openai';
import { DomainError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Knowledge, rankModels, shutdownDateOf, warningFor } from './choice.ts';
import { type ModelListing, readModelListing } from './model-listing.ts';
import { hostOf, type ModelServer, serverKey } from './model-server.ts';
import { byCapability, type Capability, capabilities, modelsVariable } from './preferences.ts';
import { afterCall, type CallsHeard, reachOf } from './reachability.ts';
import { isModelNotFound } from './upstream-errors.ts';

/** What `/health/ready` and the start-up log say of a capability. Carries no secret. */
export interface CapabilityStatus {
  model: string;
  preferred: string[];
  host: string;
  /** False while it is known not to work: its server cannot be reached, fails call after call, or refuses our key. */
  ready: boolean;
  /** Whether the server answered when last asked, for its list of models or in a call; null before the first time. */
  reachable: boolean | null;
  keyRefused: boolean;
  /** Why it is not ready. */
  problem?: string;
  /** ISO 8601. */
  checkedAt: string | null;
  /** How long that took, in milliseconds. */
  tookMs: number | null;
  /** YYYY-MM-DD: from this day (UTC) on the model is not used. */
  shutdownDate?: string;
  warning?: string;
}

export interface ModelCatalogue {
  /** Reads `GET /models` of each server again and forgets which models were missing. Never rejects. */
  refresh(): Promise<void>;
  /** The model that the next call will use: of those served, the first that `suits` (default: any). */
  currentModel(capability: Capability, suits?: (model: string) => boolean): string;
  /**
   * Calls with the current model, and with the next one for as long as the upstream says that the model does not
   * exist. Throws what `call` throws, or `unavailable` when no model is left.
   */
  withFallback<T>(
    capability: Capability,
    signal: AbortSignal | undefined,
    call: (model: string) => Promise<T>,
    suits?: (model: string) => boolean,
  ): Promise<T>;
  /** Tells how a call ended: what it threw, and what was made of that; nulls for one that worked. */
  ended(capability: Capability, error: unknown, told: DomainError | null): void;
  warnings(): string[];
  status(): Record<Capability, CapabilityStatus>;
}

export interface ModelCatalogueOptions {
  servers: Record<Capability, ModelServer>;
  clients: Record<Capability, OpenAI>;
  log: Log;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** For reading one list of models. */
  listingDeadlineMs?: number;
}

const any = (_model: string) => true;

/** Knows which model serves which capability today. Works before the first `refresh`, on preferences alone. */
export function createModelCatalogue(options: ModelCatalogueOptions): ModelCatalogue {
  const { servers, clients, log, now = Date.now, listingDeadlineMs = 5000 } = options;
  const listings = new Map<string, ModelListing>();
  const missing = new Map<string, Set<string>>();
  const calls = new Map<Capability, CallsHeard>();
  /** The model last told to have taken over, by capability. */
  const successors = new Map<Capability, string>();

  function knowledgeOf(capability: Capability): Knowledge {
    const server = servers[capability];
    const key = serverKey(server);
    return { server, listing: listings.get(key), missing: missing.get(key) ?? new Set(), nowMs: now() };
  }

  function currentModel(capability: Capability, suits = any): string {
    const model = rankModels(knowledgeOf(capability), suits)[0] ?? servers[capability].models[0];
    if (!model) throw new DomainError('unavailable', `No model is set: list one in ${modelsVariable(capability)}.`);
    return model;
  }

  async function refreshServer(capability: Capability): Promise<void> {
    const key = serverKey(servers[capability]);
    const listing = await readModelListing(clients[capability], capability, listingDeadlineMs, new Date(now()));
    // The last list that could be read still beats none.
    const served = listing.served ?? listings.get(key)?.served ?? null;
    listings.set(key, { ...listing, served });
    missing.delete(key);
    if (listing.problem) log.warn({ host: hostOf(servers[capability].baseUrl) }, `no model list: ${listing.problem}`);
  }

  /** Once for each successor: the list alone decides it, so no call would tell. */
  function tellSuccessor(capability: Capability): void {
    const { models } = servers[capability];
    const model = currentModel(capability);
    if (model !== models[0] && successors.get(capability) !== model) {
      const instead = models.slice(0, models.indexOf(model));
      log.warn({ capability, model, instead }, 'the models preferred are not served: another takes over');
    }
    successors.set(capability, model);
  }

  function describe(capability: Capability): CapabilityStatus {
    const known = knowledgeOf(capability);
    const model = currentModel(capability);
    const shutdownDate = shutdownDateOf(known, model);
    const warning = warningFor(capability, model, known);
    const { reachable, keyRefused, problem } = reachOf(known.listing, calls.get(capability));
    return {
      model,
      preferred: known.server.models,
      host: hostOf(known.server.baseUrl),
      ready: reachable !== false && !keyRefused,
      reachable,
      keyRefused,
      ...(problem !== null && { problem }),
      checkedAt: known.listing?.checkedAt.toISOString() ?? null,
      tookMs: known.listing?.tookMs ?? null,
      ...(shutdownDate && { shutdownDate }),
      ...(warning && { warning }),
    };
  }

  return {
    currentModel,

    async refresh() {
      const oneOfEach = new Map(capabilities.map((capability) => [serverKey(servers[capability]), capability]));
      await Promise.all([...oneOfEach.values()].map(refreshServer));
      capabilities.filter((capability) => servers[capability].models.length > 0).forEach(tellSuccessor);
    },

    async withFallback(capability, signal, call, suits = any) {
      const tried = new Set<string>();
      for (;;) {
        const known = knowledgeOf(capability);
        const model = rankModels(known, suits).find((name) => !tried.has(name));
        if (model === undefined) {
          const message = `${hostOf(known.server.baseUrl)} has none of the models for "${capability}": set ${modelsVariable(capability)} to one that it serves.`;
          throw new DomainError('unavailable', message);
        }
        try {
          return await call(model);
        } catch (error) {
          if (!isModelNotFound(error)) throw error;
          tried.add(model);
          missing.set(serverKey(known.server), new Set([...knowledgeOf(capability).missing, model]));
          const next = rankModels(knowledgeOf(capability), suits)[0] ?? null;
          log.warn({ capability, model, next }, 'the model is not served: moving on');
          signal?.throwIfAborted();
        }
      }
    },

    ended(capability, error, told) {
      const heard = afterCall(calls.get(capability), { error, told, atMs: now() });
      if (heard) calls.set(capability, heard);
    },

    warnings: () => capabilities.map((capability) => describe(capability).warning).filter((text) => text !== undefined),

    status: () => byCapability(describe),
  };
}
