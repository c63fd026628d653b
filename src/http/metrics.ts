import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const loopbackNames = /^(localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i;
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

export interface MetricsOptions {
  telemetry: Telemetry;
  /** METRICS_TOKEN. */
  token: string | undefined;
}

/**
 * `GET /metrics` in Prometheus' text format. With METRICS_TOKEN set it takes that as a bearer token, from anywhere, and
 * answers 401 without. Unset, it answers programs on this machine only, and 404 to everybody else.
 */
export function metricsRoute(app: FastifyInstance, { telemetry, token }: MetricsOptions): void {
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (token === undefined && !isLocal(request)) return reply.callNotFound();
    if (token !== undefined && !bears(request, token)) {
      throw new DomainError('unauthenticated', 'Send METRICS_TOKEN as a bearer token.');
    }
    return reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(await telemetry.scrape());
  });
}

/**
 * Whether a program on this machine asks by itself. The connection alone does not tell: a proxy here passes on what the
 * world asks, and a page in a browser here may have its name resolved to this address.
 */
function isLocal({ socket, headers }: FastifyRequest): boolean {
  const { remoteAddress = '' } = socket;
  const family = remoteAddress.includes(':') ? 'ipv6' : 'ipv4';
  return (
    loopback.check(remoteAddress, family) &&
    loopbackNames.test(headers.host ?? '') &&
    forwarding.every((name) => headers[name] === undefined)
  );
}

function bears({ headers }: FastifyRequest, token: string): boolean {
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return timingSafeEqual(digest(given), digest(token));
}

/** Of equal length, whatever was given. */
const digest = (text: string) => createHash('sha256').update(text).digest();
