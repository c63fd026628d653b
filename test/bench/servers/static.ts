/** The same files by @fastify/static, open to everybody. */
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { z } from 'zod';
import { endWithParent, settingsOf, tell } from './parent.ts';

const { folder } = settingsOf(z.object({ folder: z.string() }));
const app = Fastify();
await app.register(fastifyStatic, { root: folder });
const url = await app.listen({ port: 0, host: '127.0.0.1' });
endWithParent();
tell({ url });
