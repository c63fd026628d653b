import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import type { TRPCError } from '@trpc/server';
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { authPlugin } from './auth/plugin.ts';
import type { Deps } from './deps.ts';
import { asDomainError } from './errors.ts';
import { audioRoutes } from './http/audio.ts';
import { audioInterviewRoutes } from './http/audio-interview.ts';
import { audioMessageRoutes } from './http/audio-message.ts';
import { audioStatusRoutes } from './http/audio-status.ts';
import { authRoutes } from './http/auth.ts';
import { closeInOrder } from './http/closing.ts';
import { docsRoutes } from './http/docs.ts';
import { refuseUnreadable, refuseUnroutable, registerErrorHandler } from './http/error-handler.ts';
import { healthRoutes } from './http/health.ts';
import { rateLimit } from './http/rate-limit.ts';
import { uploadRoutes } from './http/upload.ts';
import { voiceRoutes } from './http/voice.ts';
import { webRoutes } from './http/web.ts';
import { callRoutes } from './realtime/call-routes.ts';
import { chatKitRoutes } from './realtime/chatkit-routes.ts';
import { conversationSocket } from './realtime/conversation-socket.ts';
import { realtimePassThrough } from './realtime/pass-through/socket.ts';
import { registerSockets } from './sockets/plugin.ts';
import { contextFactory } from './trpc/context.ts';
import { type AppRouter, appRouter } from './trpc/router.ts';
import { answerSingleQueries } from './trpc/single-query.ts';
import { trpcSocket } from './trpc/socket.ts';

/** Registers every door on one screen. Never listens. */
export async function buildApp(deps: Deps, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const { config, auth, product } = deps;
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    trustProxy: config.TRUST_PROXY,
    bodyLimit: 1_000_000,
    // Uploads may take long; what trickles is ended by its own rule. Everything else has to arrive in this time.
    requestTimeout: 600_000,
    // Any other protocol on offer, such as h2c, may be declined by answering as if it had not been (RFC 9110, 7.8).
    http: { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
    frameworkErrors: refuseUnroutable,
    clientErrorHandler: refuseUnreadable,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 5_000 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerErrorHandler(app);

  const closing = closeInOrder(app);

  await app.register(cookie, { secret: deps.cookieSecret });
  await app.register(cors, { origin: config.CORS_ORIGINS, credentials: true, maxAge: 600 });
  await app.register(authPlugin, { auth });
  rateLimit(app, { perMinute: config.RATE_LIMIT_PER_MINUTE });
  await registerSockets(app, { origins: config.CORS_ORIGINS });
  await docsRoutes(app, config);

  await app.register(async (scope) => {
    const createContext = contextFactory({ deps: product, auth, closing });
    const onError = ({ error, path }: { error: TRPCError; path: string | undefined }) => {
      if (asDomainError(error).code === 'internal')
        logger.error({ err: error.cause ?? error, path }, 'a procedure failed');
    };
    answerSingleQueries(scope, { router: appRouter, createContext });
    trpcSocket(scope, { router: appRouter, createContext, onError });
    await scope.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: {
        router: appRouter,
        createContext,
        maxBatchSize: 20,
        onError,
      } satisfies FastifyTRPCPluginOptions<AppRouter>['trpcOptions'],
    });
  });
  await app.register((scope) => uploadRoutes(scope, product));
  await app.register(async (scope) => audioRoutes(scope, product));
  await app.register((scope) => authRoutes(scope, deps), { prefix: '/api/auth' });
  await app.register((scope) => audioInterviewRoutes(scope, product));
  await app.register((scope) => audioInterviewRoutes(scope, product), { prefix: '/api' });
  await app.register((scope) => voiceRoutes(scope, deps), { prefix: '/api/voice' });
  await app.register((scope) => audioMessageRoutes(scope, product), { prefix: '/api/audio' });
  await app.register(async (scope) => audioStatusRoutes(scope, deps), { prefix: '/api/audio' });
  await app.register((scope) => conversationSocket(scope, { deps: product, auth, closing }));
  await app.register(async (scope) =>
    realtimePassThrough(scope, { product, auth, upstream: deps.realtimeUpstream, closing }),
  );
  await app.register((scope) => chatKitRoutes(scope, deps), { prefix: '/api/v1/chatkit' });
  await app.register((scope) => callRoutes(scope, { product, auth, closing }), { prefix: '/api/realtime/calls' });
  await app.register(async (scope) => healthRoutes(scope, deps));
  await app.register(webRoutes);
  return app;
}
