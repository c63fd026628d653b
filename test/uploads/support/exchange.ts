import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { z } from 'zod';

const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string().min(10) }) });

export interface Exchanged {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
  /** The code of a typed refusal. Throws when the answer is not one. */
  code(): string;
}

export interface ExchangeOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Written piece by piece, with no regard for what Content-Length says. */
  body?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  agent?: Agent;
}

/**
 * One request over a socket of its own, read while it is still being written, as a careful client does. The path is sent
 * as it is. Without a `content-length` header the body is chunked. Rejects when the connection ends without an answer.
 */
export function exchange(
  server: string,
  path: string,
  { method = 'POST', headers = {}, body = [], agent }: ExchangeOptions = {},
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server);
    const outgoing = request({ hostname, port, path, method, headers, agent: agent ?? new Agent() });
    let answered = false;
    const { promise: over, resolve: stopWriting } = Promise.withResolvers<void>();
    for (const event of ['response', 'close', 'error']) outgoing.once(event, stopWriting);
    outgoing.on('response', async (incoming) => {
      answered = true;
      try {
        const bytes = Buffer.concat(await incoming.toArray());
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: bytes,
          code: () => refusalSchema.parse(JSON.parse(bytes.toString())).error.code,
        });
      } catch (error) {
        reject(error);
      }
      if (!agent) outgoing.destroy();
    });
    // What happens to the connection after the answer was read is not the answer's concern.
    outgoing.on('error', (error) => answered || reject(error));
    outgoing.on('close', () => answered || reject(new Error('the connection ended without an answer')));
    write().catch(reject);

    async function write(): Promise<void> {
      outgoing.flushHeaders();
      for await (const piece of body) {
        if (answered || outgoing.destroyed) return;
        if (!outgoing.write(piece)) {
          await Promise.race([once(outgoing, 'drain'), over]);
        }
      }
      outgoing.end();
    }
  });
}
