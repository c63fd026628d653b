/** The least an upload can be: the request's body to a file, fsynced, before the answer. Nothing is read or checked. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { endWithParent, settingsOf, tell } from './parent.ts';

const { folder } = settingsOf(z.object({ folder: z.string() }));
await mkdir(folder, { recursive: true });
const server = createServer(async (request, response) => {
  // `flush` is an fsync before the file is closed.
  await pipeline(request, createWriteStream(join(folder, randomUUID()), { flush: true }));
  response.writeHead(201).end();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) tell({ url: `http://127.0.0.1:${address.port}` });
});
endWithParent();
