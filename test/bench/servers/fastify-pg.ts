/** Bare Fastify and `pg`, prepared statements: no sign-in, no ownership, no checks. */
import Fastify from 'fastify';
import pg from 'pg';
import { z } from 'zod';
import { answerById, historyOf, questionById } from './floor-queries.ts';
import { endWithParent, settingsOf, tell } from './parent.ts';

const { databaseUrl } = settingsOf(z.object({ databaseUrl: z.string() }));
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const app = Fastify();
type ById = { Params: { id: string } };
const first = async (query: typeof questionById, id: string) => (await pool.query({ ...query, values: [id] })).rows[0];
app.get<ById>('/questions/:id', ({ params }) => first(questionById, params.id));
app.get<ById>('/answers/:id', ({ params }) => first(answerById, params.id));
app.get<ById>('/history/:id', ({ params }) => first(historyOf, params.id));
const url = await app.listen({ port: 0, host: '127.0.0.1' });
endWithParent(() => pool.end());
tell({ url });
