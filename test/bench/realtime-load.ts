/** Clients that talk: each sends 100 ms of sound every 100 ms, and notes how late what it hears comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { sinceStamp, sound, soundMs, stamp } from './realtime-clock.ts';
import { endWithParent, tell } from './servers/parent.ts';

const orders = z.discriminatedUnion('do', [
  z.object({ do: z.literal('open'), url: z.url(), tokens: z.array(z.string()), each: z.number() }),
  z.object({ do: z.literal('talk'), durationMs: z.number() }),
  z.object({ do: z.literal('close') }),
]);

let open: WebSocket[] = [];
let delays: number[] = [];

async function connect(url: string, token: string): Promise<WebSocket> {
  const address = `${url.replace('http', 'ws')}/realtime`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
  const ready = Promise.withResolvers<void>();
  socket.once('error', ready.reject);
  socket.on('message', (data) => {
    const text = data.toString();
    if (text.includes('"session.created"')) ready.resolve();
    else if (text.includes('"error"')) ready.reject(new Error(text));
    const delay = sinceStamp(text);
    if (delay !== null) delays.push(delay);
  });
  await ready.promise;
  return socket;
}

async function talk(socket: WebSocket, untilMs: number): Promise<void> {
  await sleep(Math.random() * soundMs);
  while (performance.now() < untilMs) {
    socket.send(`{"type":"input_audio_buffer.append","event_id":"${stamp()}","audio":"${sound}"}`);
    await sleep(soundMs);
  }
}

process.on('message', async (message) => {
  const order = orders.parse(message);
  if (order.do === 'open') {
    for (const token of order.tokens) {
      open.push(...(await Promise.all(Array.from({ length: order.each }, () => connect(order.url, token)))));
    }
  }
  if (order.do === 'talk') {
    delays = [];
    await Promise.all(open.map((socket) => talk(socket, performance.now() + order.durationMs)));
  }
  if (order.do === 'close') {
    for (const socket of open) socket.terminate();
    open = [];
  }
  tell({ delays });
});
endWithParent();
tell({});
