import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type OpenAI from 'openai';
import type { Log } from '../../../src/log.ts';
import { createModelCatalogue, type ModelCatalogue } from '../../../src/models/catalogue.ts';
import { createOpenAiClients, type ModelServer } from '../../../src/models/model-server.ts';
import { byCapability, type Capability, defaultModels } from '../../../src/models/preferences.ts';

export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  atMs: number;
  /** Resolves when the client has closed the connection or the reply is complete. */
  closed: Promise<unknown>;
  /** Reads on after a `beforeBody` step: a paused socket does not notice that the other side has hung up. */
  resume: () => void;
}

export type Step = (response: ServerResponse, request: Received) => unknown;

/** A real HTTP server that answers each path by its steps in turn; the last step repeats. */
export async function startScriptedServer() {
  const steps = new Map<string, Step[]>();
  const received: Received[] = [];
  const server = createServer(async (message, response) => {
    const path = message.url ?? '';
    const request = {
      path,
      headers: message.headers,
      body: Buffer.alloc(0),
      atMs: performance.now(),
      closed: once(response, 'close'),
      resume: () => void message.resume(),
    };
    received.push(request);
    const queue = steps.get(path) ?? [];
    const step = (queue.length > 1 ? queue.shift() : queue[0]) ?? failure(404, { message: 'no such path' });
    if (early.has(step)) return step(response, request);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk);
    } catch {
      return; // The client hung up while uploading: there is nobody to answer.
    }
    request.body = Buffer.concat(chunks);
    await step(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    received,
    to: (path: string) => received.filter((request) => request.path === `/v1${path}`),
    on: (path: string, ...list: Step[]) => steps.set(`/v1${path}`, list),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

const early = new Set<Step>();

/** Marks a step to answer before the request body has been read. */
export function beforeBody(step: Step): Step {
  const marked: Step = (response, request) => step(response, request);
  early.add(marked);
  return marked;
}

export function json(body: unknown, headers: Record<string, string> = {}): Step {
  return (response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function failure(status: number, error: object, headers: Record<string, string> = {}): Step {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ error }));
}

export const modelNotFound = failure(404, {
  message: 'The model does not exist',
  code: 'model_not_found',
  type: 'invalid_request_error',
});

/** Accepts the request and never answers. */
export const silence: Step = () => undefined;

export function models(...list: (string | { id: string; shutdown_date: string | null })[]): Step {
  return json({ object: 'list', data: list.map((item) => (typeof item === 'string' ? { id: item } : item)) });
}

export interface LogLine {
  level: string;
  details: object;
  message: string;
}

export function recordingLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (details: object, message: string) => void lines.push({ level, details, message });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}

export interface Access {
  servers: Record<Capability, ModelServer>;
  clients: Record<Capability, OpenAI>;
  catalogue: ModelCatalogue;
  log: ReturnType<typeof recordingLog>;
}

/** Clients and a catalogue for one server that serves every capability. */
export function accessTo(
  baseUrl: string,
  preferred: Partial<Record<Capability, string[]>> = {},
  nowMs = Date.parse('2026-11-21'),
  apiKey = 'sk-test-key',
): Access {
  const serverFor = (capability: Capability): ModelServer => ({
    models: preferred[capability] ?? defaultModels[capability],
    baseUrl,
    apiKey,
  });
  const servers = byCapability(serverFor);
  const clients = createOpenAiClients(servers);
  const log = recordingLog();
  return {
    servers,
    clients,
    log,
    catalogue: createModelCatalogue({ servers, clients, log, now: () => nowMs, listingDeadlineMs: 300 }),
  };
}
