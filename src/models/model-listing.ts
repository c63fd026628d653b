import type OpenAI from 'openai';
import { APIError } from 'openai';
import { z } from 'zod';
import { withDeadline } from './deadline.ts';
import { hostOf } from './model-server.ts';
import type { Capability } from './preferences.ts';
import { upstreamError } from './upstream-errors.ts';

/** What a server says that it serves. */
export interface ModelListing {
  /** Shutdown date (YYYY-MM-DD, or null when it gave none) by model; null when the list could not be read. */
  served: ReadonlyMap<string, string | null> | null;
  reachable: boolean;
  /** It answered, but only to say that it does not take our key. */
  keyRefused: boolean;
  checkedAt: Date;
  /** How long the server took to answer, or to fail, in whole milliseconds. */
  tookMs: number;
  /** Why there is no list. */
  problem?: string;
}

const modelsReply = z.object({
  data: z.array(z.object({ id: z.string(), shutdown_date: z.iso.date().nullish().catch(null) })),
});

/** Reads `GET /models`. Never throws: without a list the first preference is as good a guess as any. */
export async function readModelListing(
  client: OpenAI,
  capability: Capability,
  deadlineMs: number,
  checkedAt: Date,
): Promise<ModelListing> {
  const startedAt = performance.now();
  const listing = await readList(client, capability, deadlineMs);
  return { ...listing, checkedAt, tookMs: Math.round(performance.now() - startedAt) };
}

const works = { reachable: true, keyRefused: false };

async function readList(
  client: OpenAI,
  capability: Capability,
  deadlineMs: number,
): Promise<Omit<ModelListing, 'checkedAt' | 'tookMs'>> {
  try {
    const reply = await withDeadline(deadlineMs, undefined, (signal) =>
      client.get('/models', { signal, maxRetries: 0 }),
    );
    const parsed = modelsReply.safeParse(reply);
    if (!parsed.success) return { served: null, ...works, problem: 'It offers no list of models.' };
    const served = new Map(parsed.data.data.map((model) => [model.id, model.shutdown_date ?? null]));
    return { served, ...works };
  } catch (error) {
    const answered = error instanceof APIError && error.status !== undefined;
    if (answered && error.status === 404) {
      return { served: null, ...works, problem: 'It offers no list of models.' };
    }
    const problem = upstreamError(error, { capability, host: hostOf(client.baseURL) }).message;
    const keyRefused = answered && (error.status === 401 || error.status === 403);
    return { served: null, reachable: answered, keyRefused, problem };
  }
}
