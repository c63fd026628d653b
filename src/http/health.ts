import type { FastifyInstance } from 'fastify';
import type { Deps } from '../deps.ts';

/** Liveness, and readiness with the model behind each capability. Brief 3's health line is at `/`: see `web.ts`. */
export function healthRoutes(app: FastifyInstance, { db, catalogue, offline }: Deps): void {
  const hidden = { schema: { hide: true } };
  app.get('/health/live', hidden, async () => ({ status: 'live' }));
  app.get('/health/ready', hidden, async (_request, reply) => {
    const database = await db.pool.query('select 1').then(
      () => 'up' as const,
      () => 'down' as const,
    );
    if (database === 'down') reply.status(503);
    return {
      status: database === 'up' ? 'ready' : 'not ready',
      database,
      offlineDemo: offline,
      models: catalogue.status(),
      warnings: catalogue.warnings(),
    };
  });
}
