/** Plays the vendor's Realtime endpoint: takes sound, and while told to, speaks 100 ms of it every 100 ms. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { sinceStamp, sound, soundMs, stamp } from '../realtime-clock.ts';
import { endWithParent, tell } from './parent.ts';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"object":"list","data":[]}');
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const session = {
  type: 'realtime',
  object: 'realtime.session',
  id: 'sess_1',
  model: 'gpt-realtime',
  instructions: '',
  audio: { input: { transcription: null }, output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy' } },
};
const at = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
let delays: number[] = [];
let speaking = false;

sockets.on('connection', (socket: WebSocket) => {
  socket.send(JSON.stringify({ type: 'session.created', event_id: 'event_1', session }));
  socket.on('message', (data) => {
    const text = data.toString();
    if (text.includes('"session.update"')) {
      socket.send(JSON.stringify({ type: 'session.updated', event_id: 'event_2', session }));
      return;
    }
    const delay = sinceStamp(text);
    if (delay !== null) delays.push(delay);
  });
  const start = setTimeout(() => {
    const speak = setInterval(() => {
      if (speaking) {
        socket.send(JSON.stringify({ type: 'response.output_audio.delta', event_id: stamp(), ...at, delta: sound }));
      }
    }, soundMs);
    socket.once('close', () => clearInterval(speak));
  }, Math.random() * soundMs);
  socket.once('close', () => clearTimeout(start));
});

process.on('message', (message) => {
  speaking = z.object({ speak: z.boolean() }).parse(message).speak;
  tell({ delays });
  delays = [];
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('no port');
endWithParent();
tell({ url: `http://127.0.0.1:${address.port}/v1` });
