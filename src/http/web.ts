import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const builtFolder = fileURLToPath(new URL('../../dist/web/', import.meta.url));
const notBuilt = 'The web app has not been built. Run: npx vite build src/web';

/** The paths of `src/web/router/routes.tsx`; `/` is shared with the health line. */
const appPaths = ['/start', '/start/:id', '/interview/:id', '/live/:id', '/results/:id', '/history', '/account'];

/** What belongs to the other doors: an address below that is wrong is refused in their shape, to browsers too. */
const otherDoors = /^\/(api|trpc|upload|audio|audio-interview|health|docs|metrics|assets)(\/|$)/;

/** Whether HTML is among the types asked for (RFC 9110, 12.5.1): browsers say so, tools do not. */
function wantsHtml({ headers }: FastifyRequest): boolean {
  const types = (headers.accept ?? '').toLowerCase().split(',');
  return types.some(
    (type) => /^\s*(text\/html|application\/xhtml\+xml)\s*(;|$)/.test(type) && !/;\s*q=0(\.0*)?\s*(;|$)/.test(type),
  );
}

/**
 * Only our own files run, and only our own server is spoken to; `blob:` is for what the microphone has recorded.
 * Safari before 15.4 does not count sockets as 'self': https://www.w3.org/TR/CSP3/#match-url-to-source-expression
 */
function contentSecurityPolicy(host: string, audioOrigin: string | undefined): string {
  const sockets = /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self'${sockets}`,
    // A redirect is followed only to where the policy allows: recordings may be read from S3 itself.
    `media-src 'self' blob:${audioOrigin ? ` ${audioOrigin}` : ''}`,
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}

/** Beside what others vary by, such as the origin. */
function varyByAccept(reply: FastifyReply): FastifyReply {
  const before = reply.getHeader('vary');
  return reply.header('vary', before ? `${before}, Accept` : 'Accept');
}

interface WebOptions {
  built?: string;
  /** Where `/audio` may redirect to. */
  audioOrigin?: string | undefined;
}

function sendPage(
  { built, audioOrigin }: WebOptions & { built: string },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  varyByAccept(reply);
  const found = reply.statusCode === 200;
  if (!existsSync(`${built}index.html`)) return reply.status(503).type('text/plain; charset=utf-8').send(notBuilt);
  return (
    reply
      .headers({
        'cache-control': 'no-cache',
        'content-security-policy': contentSecurityPolicy(request.host, audioOrigin),
        'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      })
      // Without a validator: a refusal has to come with its page each time, never as "not modified".
      .sendFile('index.html', built, { cacheControl: false, etag: found, lastModified: found })
  );
}

/**
 * The web app, as `vite build` has left it: files with a hash in their name for good, the page itself asked for again
 * each time. Browsers get it at each of its paths, and at wrong ones; everything else is told as before.
 */
export async function webRoutes(app: FastifyInstance, options: WebOptions): Promise<void> {
  const { built = builtFolder, audioOrigin } = options;
  const sendApp = (request: FastifyRequest, reply: FastifyReply) => sendPage({ built, audioOrigin }, request, reply);
  const hidden = { schema: { hide: true } };
  if (!existsSync(`${built}index.html`)) app.log.warn({}, notBuilt);
  await app.register(fastifyStatic, {
    root: `${built}assets`,
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
    schemaHide: true,
    suppressWarning: true,
    setHeaders: (reply) => reply.header('x-content-type-options', 'nosniff'),
  });
  app.get('/', hidden, async (request, reply) => {
    if (wantsHtml(request)) return sendApp(request, reply);
    return varyByAccept(reply).type('text/plain; charset=utf-8').send('Voice Agent API is running.');
  });
  for (const path of appPaths) {
    app.get(path, hidden, async (request, reply) =>
      wantsHtml(request) ? sendApp(request, reply) : reply.callNotFound(),
    );
  }
  app.get('/*', hidden, async (request, reply) => {
    if (!wantsHtml(request) || otherDoors.test(request.url)) return reply.callNotFound();
    return sendApp(request, reply.status(404));
  });
}
