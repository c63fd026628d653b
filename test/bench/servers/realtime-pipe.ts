/** The floor: a bare pipe between two WebSockets, which looks at nothing, bounds nothing and keeps nothing. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { endWithParent, settingsOf, tell } from './parent.ts';

const { upstream } = settingsOf(z.object({ upstream: z.url() }));
const server = createServer();
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (client) => {
  const vendor = new WebSocket(`${upstream.replace('http', 'ws')}/realtime?model=gpt-realtime`, {
    perMessageDeflate: false,
  });
  vendor.on('message', (data) => client.send(data, { binary: false }));
  client.on('message', (data) => {
    if (vendor.readyState === WebSocket.OPEN) vendor.send(data, { binary: false });
  });
  vendor.on('close', () => client.close());
  client.on('close', () => vendor.close());
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('no port');
endWithParent();
tell({ url: `http://127.0.0.1:${address.port}` });
