import { z } from 'zod';
import type { Input, RouteRequest } from '../entry.ts';
import { procedureTypes } from '../procedures.ts';
import type { Credential } from './credentials.ts';

/** How a call ended, in the words of any transport. */
export interface Refusal {
  status: number | null;
  code: string;
  message: string;
}

/** What came instead of a refusal, for the report of a test. */
export class NotRefused extends Error {}

const refusal = z.strictObject({
  code: z.string(),
  message: z.string(),
  issues: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
const restBody = z.strictObject({ error: refusal });
const trpcError = z.strictObject({
  code: z.number(),
  message: z.string(),
  data: z.strictObject({ code: z.string(), httpStatus: z.number(), path: z.string().optional(), error: refusal }),
});
const trpcBody = z.strictObject({ error: trpcError });

function read<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new NotRefused(`it was answered with ${text.slice(0, 300)}`, { cause });
  }
}

const trpcRefusal = ({ message, data }: z.output<typeof trpcError>): Refusal => ({
  status: data.httpStatus,
  code: data.error.code,
  message,
});

function headersOf({ token, headers }: Credential, more: HeadersInit = {}): Headers {
  const all = new Headers(more);
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
  if (token !== undefined) all.set('authorization', `Bearer ${token}`);
  return all;
}

const join = (path: string, query: string | undefined) => `${path}${path.includes('?') ? '&' : '?'}${query ?? ''}`;

/** A request that should be refused. A HEAD has no body: then the status alone tells. Throws `NotRefused`. */
export async function refusedRoute(
  url: string,
  method: string,
  path: string,
  request: RouteRequest,
  credential: Credential,
) {
  const { path: ownPath, ...init } = request;
  const response = await fetch(`${url}${join(ownPath ?? path, credential.query)}`, {
    ...init,
    method,
    headers: headersOf(credential, init.headers),
  });
  const text = await response.text();
  if (response.status === 401 && response.headers.get('www-authenticate') !== 'Bearer') {
    throw new NotRefused('a 401 without WWW-Authenticate');
  }
  if (method === 'HEAD') return { status: response.status, code: null, message: text };
  const { error } = read(restBody, text);
  return { status: response.status, ...error };
}

const input = (value: Input | undefined) => JSON.stringify(value ?? {});

/** The same of a procedure over HTTP: GET for queries, POST for mutations, server-sent events for subscriptions. */
export async function refusedProcedure(
  url: string,
  name: string,
  value: Input | undefined,
  credential: Credential,
): Promise<Refusal> {
  const type = procedureTypes.get(name);
  const address = `${url}/trpc/${name}`;
  const response =
    type === 'mutation'
      ? await fetch(join(address, credential.query), {
          method: 'POST',
          headers: headersOf(credential, { 'content-type': 'application/json' }),
          body: input(value),
        })
      : await fetch(join(`${address}?input=${encodeURIComponent(input(value))}`, credential.query), {
          headers: headersOf(credential, type === 'subscription' ? { accept: 'text/event-stream' } : {}),
        });
  const text = await response.text();
  if (type === 'subscription') {
    // The stream begins with 200: what it says first is the refusal, and it says nothing else.
    const events = text.trim().split(/\n{2,}/);
    const told = events.length === 2 ? /^event: serialized-error\ndata: (.*)$/.exec(events[1] ?? '')?.[1] : undefined;
    return trpcRefusal(read(trpcError, told ?? text));
  }
  const refused = trpcRefusal(read(trpcBody, text).error);
  if (refused.status !== response.status) throw new NotRefused(`${response.status} for ${refused.status}`);
  return refused;
}

/** Several procedures of one type in one request. */
export async function refusedBatch(url: string, names: string[], credential: Credential): Promise<Refusal[]> {
  const mutation = procedureTypes.get(names[0] ?? '') === 'mutation';
  const inputs = JSON.stringify(Object.fromEntries(names.map((_name, index) => [index, {}])));
  const address = join(`${url}/trpc/${names.join(',')}?batch=1`, credential.query);
  const response = mutation
    ? await fetch(address, {
        method: 'POST',
        headers: headersOf(credential, { 'content-type': 'application/json' }),
        body: inputs,
      })
    : await fetch(`${address}&input=${encodeURIComponent(inputs)}`, { headers: headersOf(credential) });
  return read(z.array(trpcBody), await response.text()).map(({ error }) => trpcRefusal(error));
}

/** What a socket said of a call. */
export function refusedMessage(message: unknown): Refusal {
  const answer = read(z.looseObject({ id: z.number(), error: trpcError }), JSON.stringify(message));
  if ('result' in answer) throw new NotRefused('a result beside the error');
  return trpcRefusal(answer.error);
}

/** Does all of it, so many at once; gives what went against the expectation, by name. */
export async function exceptions<T>(
  items: T[],
  nameOf: (item: T) => string,
  check: (item: T) => Promise<string | null>,
  atOnce = 16,
): Promise<string[]> {
  const found: string[] = [];
  const next = items.values();
  const working = Array.from({ length: atOnce }, async () => {
    for (const item of next) {
      const problem = await check(item).catch((error: unknown) => String(error));
      if (problem !== null) found.push(`${nameOf(item)}: ${problem}`);
    }
  });
  await Promise.all(working);
  return found;
}
