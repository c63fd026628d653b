import type { ModelListing } from './model-listing.ts';
import { hostOf, type ModelServer } from './model-server.ts';
import { type Capability, modelsVariable } from './preferences.ts';
import { daysUntil, knownShutdownDate } from './shutdown-dates.ts';

/** What is known when a model is chosen. */
export interface Knowledge {
  server: ModelServer;
  /** Undefined before the server's list was first asked for. */
  listing: ModelListing | undefined;
  /** Models that the server answered `model_not_found` for. */
  missing: ReadonlySet<string>;
  nowMs: number;
}

const warnDays = 60;

/** YYYY-MM-DD, or null when no end is known. */
export function shutdownDateOf({ server, listing }: Knowledge, model: string): string | null {
  const listed = listing?.served?.get(model);
  if (listed) return listed;
  // Another server's "whisper-1" is its own: once that server lists it, OpenAI's dates say nothing about it.
  const isOpenAi = /(^|\.)openai\.com$/.test(hostOf(server.baseUrl));
  return isOpenAi || !listing?.served?.has(model) ? knownShutdownDate(model) : null;
}

function isServed(known: Knowledge, model: string): boolean {
  const served = known.listing?.served;
  const date = shutdownDateOf(known, model);
  return (!served || served.has(model)) && (date === null || daysUntil(date, known.nowMs) > 0);
}

/**
 * The models worth calling, best first: those served that `suits`, those served, then those that seem gone, because
 * lists and dates may be wrong. Models found missing are left out.
 */
export function rankModels(known: Knowledge, suits: (model: string) => boolean): string[] {
  const rank = (model: string) => (isServed(known, model) ? (suits(model) ? 0 : 1) : 2);
  return known.server.models.filter((model) => !known.missing.has(model)).toSorted((a, b) => rank(a) - rank(b));
}

/** What an operator should know about the model in use, and what to set; undefined when all is well. */
export function warningFor(capability: Capability, model: string, known: Knowledge): string | undefined {
  const { server, listing, missing, nowMs } = known;
  const [variable, host, list] = [modelsVariable(capability), hostOf(server.baseUrl), server.models.join(', ')];
  if (missing.has(model)) return `${capability}: ${host} has none of ${list}. Set ${variable}.`;
  const date = shutdownDateOf(known, model);
  const days = date === null ? Number.POSITIVE_INFINITY : daysUntil(date, nowMs);
  const warnings: string[] = [];
  if (listing?.served && !listing.served.has(model)) {
    warnings.push(`${host} lists none of ${list}; ${model} is tried all the same. Set ${variable}.`);
  }
  if (listing?.problem) warnings.push(`The models of ${host} are not known: ${listing.problem} ${model} is used.`);
  if (date !== null && days <= warnDays) {
    const outlives = (other: string) => isServed(known, other) && (shutdownDateOf(known, other) ?? '9999') > date;
    const successor = server.models.find((other) => other !== model && outlives(other));
    const end = days > 0 ? `is shut down on ${date}, in ${days} days` : `was shut down on ${date}`;
    const then = successor ? `${successor} follows` : `nothing in ${variable} outlives it: add a newer model there`;
    warnings.push(`${model} ${end}; ${then}.`);
  }
  return warnings.length > 0 ? `${capability}: ${warnings.join(' ')}` : undefined;
}
