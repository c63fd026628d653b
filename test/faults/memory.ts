import { once } from 'node:events';
import WebSocket from 'ws';
import { z } from 'zod';
import type { ServerProcess } from '../support/server-process.ts';

const replySchema = z.object({ id: z.number(), result: z.unknown() });
const usageSchema = z.object({
  result: z.object({ value: z.object({ heapUsed: z.number(), external: z.number(), rss: z.number() }) }),
});

export interface HeldMemory {
  /** What the program still holds once the garbage is gone, in bytes. */
  heldBytes: number;
  rssBytes: number;
}

/** Asks a server that was started with `inspect` over V8's inspector (Chrome DevTools Protocol): nothing of ours is in it. */
export async function memoryOf(server: ServerProcess): Promise<HeldMemory> {
  const address = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(server.said())?.[0];
  if (!address) throw new Error('the server was not started with an inspector');
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const ask = async (id: number, method: string, params: object = {}) => {
    socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [message] = await once(socket, 'message');
      const reply = replySchema.safeParse(JSON.parse(String(message)));
      if (reply.data?.id === id) return reply.data.result;
    }
  };
  await ask(1, 'HeapProfiler.collectGarbage');
  await ask(2, 'HeapProfiler.collectGarbage');
  const expression = 'process.memoryUsage()';
  const { value } = usageSchema.parse(await ask(3, 'Runtime.evaluate', { expression, returnByValue: true })).result;
  socket.terminate();
  return { heldBytes: value.heapUsed + value.external, rssBytes: value.rss };
}
