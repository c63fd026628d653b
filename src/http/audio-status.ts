import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { byCapability, type Capability, capabilities } from '../models/preferences.ts';

const capabilityStatus = z.object({
  /** Whether its server works, by the last call or the last look at its models; `unknown` before the first time. */
  status: z.enum(['up', 'down', 'unknown']),
  /** The one in use, and all of them, the preferred first. */
  model: z.string(),
  models: z.array(z.string()),
  /** Whether the built-in stand-in serves it. */
  offlineDemo: z.boolean(),
  checkedAt: z.iso.datetime().nullable(),
  /** How long that check took, in milliseconds. */
  tookMs: z.number().nonnegative().nullable(),
});

const audioStatus = z.object({
  /** `degraded`: some capabilities are down. */
  status: z.enum(['up', 'degraded', 'down', 'unknown']),
  capabilities: z.object(byCapability(() => capabilityStatus)),
});
type Status = z.output<typeof audioStatus>;

/** Brief 1: what can be heard and said at the moment. Names no host, and costs no call. Register under `/api/audio`. */
export function audioStatusRoutes(scope: FastifyInstance, { catalogue, offline }: Deps): void {
  scope.withTypeProvider<ZodTypeProvider>().get(
    '/status',
    {
      schema: {
        tags: ['Audio'],
        summary: 'Which capabilities are up, with which models, and how long the last check took',
        response: { 200: audioStatus },
      },
    },
    async (_request, reply) => {
      const known = catalogue.status();
      const each = byCapability((capability: Capability) => {
        const { model, preferred, ready, reachable, checkedAt, tookMs } = known[capability];
        const status = !ready ? ('down' as const) : reachable === null ? ('unknown' as const) : ('up' as const);
        return { status, model, models: preferred, offlineDemo: offline.includes(capability), checkedAt, tookMs };
      });
      void reply.header('cache-control', 'no-store');
      return { status: overall(each), capabilities: each };
    },
  );
}

function overall(each: Status['capabilities']): Status['status'] {
  const found = new Set(capabilities.map((capability) => each[capability].status));
  if (found.has('down')) return found.size === 1 ? 'down' : 'degraded';
  return found.has('unknown') ? 'unknown' : 'up';
}
