import OpenAI from 'openai';
import { byCapability, type Capability } from './preferences.ts';

/** A server that speaks OpenAI's API, and the models wanted from it, best first. */
export interface ModelServer {
  models: string[];
  baseUrl: string;
  apiKey: string;
}

export const openAiBaseUrl = 'https://api.openai.com/v1';

export function hostOf(baseUrl: string): string {
  return new URL(baseUrl).host;
}

/** What the SDK sends of itself; anything else came from `OPENAI_CUSTOM_HEADERS`. */
const ownHeaders = /^(accept|authorization|content-type|user-agent|x-stainless-.*)$/;

/**
 * A client that talks to this server and reads nothing from the environment: an `OPENAI_*` variable meant for
 * OpenAI must not travel to another host, and the SDK's own log would print prompts and transcripts.
 * It never retries: one budget of retries and time covers a whole call (`call.ts`).
 */
export function createOpenAiClient(server: ModelServer): OpenAI {
  return new OpenAI({
    apiKey: server.apiKey,
    baseURL: server.baseUrl,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      for (const name of [...headers.keys()]) if (!ownHeaders.test(name)) headers.delete(name);
      headers.set('authorization', `Bearer ${server.apiKey}`);
      return fetch(url, { ...init, headers });
    },
  });
}

/** One client per capability; capabilities that share a server share a client. */
export function createOpenAiClients(servers: Record<Capability, ModelServer>): Record<Capability, OpenAI> {
  const byServer = new Map<string, OpenAI>();
  const clientFor = (capability: Capability): OpenAI => {
    const server = servers[capability];
    const key = serverKey(server);
    const client = byServer.get(key) ?? createOpenAiClient(server);
    byServer.set(key, client);
    return client;
  };
  return byCapability(clientFor);
}

/** Tells servers apart in memory. Holds the key: never print it. */
export function serverKey(server: ModelServer): string {
  return `${server.baseUrl}\n${server.apiKey}`;
}
