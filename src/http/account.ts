import type { FastifyInstance } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { requireIdentity } from '../auth/plugin.ts';
import { DomainError } from '../errors.ts';
import { type ExportDeps, exportAccount } from '../interview/account-export.ts';

const exportsPerMinute = 3;

/** `GET /account/export`: everything a user has, as one ZIP. */
export async function accountRoutes(app: FastifyInstance, deps: ExportDeps): Promise<void> {
  // Each reads everything there is of a user.
  const limiter = new RateLimiterMemory({ points: exportsPerMinute, duration: 60 });
  app.get(
    '/account/export',
    {
      schema: {
        tags: ['Identity'],
        security: [{ bearer: [] }],
        summary: 'Everything there is of me, as one ZIP: JSON, sound, and a list with SHA-256',
        produces: ['application/zip'],
      },
    },
    async (request, reply) => {
      const { userId } = requireIdentity(request);
      await consume(limiter, userId);
      const archive = await exportAccount(deps, userId);
      const day = new Date().toISOString().slice(0, 10);
      return reply
        .header('cache-control', 'private, no-store')
        .header('x-content-type-options', 'nosniff')
        .header('content-disposition', `attachment; filename="viva-${day}.zip"`)
        .type('application/zip')
        .send(archive);
    },
  );
}

async function consume(limiter: RateLimiterMemory, userId: string): Promise<void> {
  try {
    await limiter.consume(userId);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new DomainError(
      'rate_limited',
      `Only ${exportsPerMinute} exports a minute are made. Try again in a minute.`,
      {
        retryAfterMs: refusal.msBeforeNext,
      },
    );
  }
}
