import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../telemetry/readiness.ts';

export interface HealthOptions {
  readiness: () => Promise<Readiness>;
}

/**
 * `/health/live`: the process answers; restart it when it does not. `/health/ready`: whether to send requests here, with
 * what is wrong: 503 when they had better go elsewhere, also from the moment that the server begins to stop. Brief 3's
 * health line is at `/`: see `web.ts`.
 */
export function healthRoutes(app: FastifyInstance, { readiness }: HealthOptions): void {
  const hidden = { schema: { hide: true } };
  app.get('/health/live', hidden, async () => ({ status: 'live' }));
  app.get('/health/ready', hidden, async (_request, reply) => {
    const answer = await readiness();
    void reply.header('cache-control', 'no-store').status(answer.status === 'not ready' ? 503 : 200);
    return answer;
  });
}
