import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import type { TRPCError } from '@trpc/server';
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { authPlugin } from './auth/plugin.ts';
import type { Deps } from './deps.ts';
import { asDomainError } from './errors.ts';
import { accountRoutes } from './http/account.ts';
import { audioRoutes } from './http/audio.ts';
import { audioInterviewRoutes } from './http/audio-interview.ts';
import { audioMessageRoutes } from './http/audio-message.ts';
import { audioStatusRoutes } from './http/audio-status.ts';
import { authRoutes } from './http/auth.ts';
import { boundRequests, defaultBounds, type HttpBounds, refuseDeepCalls, serverOptions } from './http/bounds.ts';
import { closeInOrder } from './http/closing.ts';
import { docsRoutes } from './http/docs.ts';
import { refuseUnreadable, refuseUnroutable, registerErrorHandler } from './http/error-handler.ts';
import { healthRoutes } from './http/health.ts';
import { metricsRoute } from './http/metrics.ts';
import { rateLimit } from './http/rate-limit.ts';
import { resumableUploadRoutes } from './http/resumable-upload.ts';
import { tusHeaders } from './http/tus-exchange.ts';
import { maxDocumentBytes, uploadRoutes } from './http/upload.ts';
import { voiceRoutes } from './http/voice.ts';
import { webRoutes } from './http/web.ts';
import { createIdempotency } from './idempotency/idempotency.ts';
import { takeIdempotencyKeys } from './idempotency/routes.ts';
import { replayedHeader } from './idempotency/stored-response.ts';
import { callRoutes } from './realtime/call-routes.ts';
import { chatKitRoutes } from './realtime/chatkit-routes.ts';
import { conversationSocket } from './realtime/conversation-socket.ts';
import { realtimePassThrough } from './realtime/pass-through/socket.ts';
import { registerSockets } from './sockets/plugin.ts';
import { requestLogger } from './telemetry/log-ids.ts';
import { createReadiness } from './telemetry/readiness.ts';
import { requestIdOf } from './telemetry/request-id.ts';
import { observeRequests } from './telemetry/requests.ts';
import { contextFactory } from './trpc/context.ts';
import { retryAfterOf } from './trpc/retry-after.ts';
import { type AppRouter, appRouter } from './trpc/router.ts';
import { answerSingleQueries } from './trpc/single-query.ts';
import { trpcSocket } from './trpc/socket.ts';

/** Registers every door on one screen. Never listens. */
export async function buildApp(
  deps: Deps,
  logger: FastifyBaseLogger,
  bounds: HttpBounds = defaultBounds,
): Promise<FastifyInstance> {
  const { config, auth, product } = deps;
  const { http, ...timing } = serverOptions(bounds);
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    // The one proxy in front: what stood in its headers before came from the client (OWASP ASVS 5.0, 4.1.3).
    trustProxy: config.TRUST_PROXY && ((_address, hop) => hop === 0),
    bodyLimit: 1_000_000,
    ...timing,
    http: {
      ...http,
      // Any other protocol on offer, such as h2c, may be declined by answering as if it had not been (RFC 9110, 7.8).
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    // `closeInOrder` refuses what still comes then, in the one shape that refusals have.
    return503OnClosing: false,
    genReqId: requestIdOf,
    childLoggerFactory: requestLogger,
    frameworkErrors: refuseUnroutable,
    clientErrorHandler: refuseUnreadable,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 5_000 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerErrorHandler(app);
  boundRequests(app, bounds);

  observeRequests(app, deps.telemetry);
  const closing = closeInOrder(app);

  await app.register(cookie, { secret: deps.cookieSecret });
  const exposedHeaders = [replayedHeader, 'x-request-id', ...tusHeaders];
  const methods = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'];
  await app.register(cors, { origin: config.CORS_ORIGINS, credentials: true, maxAge: 600, methods, exposedHeaders });
  await app.register(authPlugin, { auth });
  const countCall = rateLimit(app, { perMinute: config.RATE_LIMIT_PER_MINUTE });
  await registerSockets(app, { origins: config.CORS_ORIGINS });
  const idempotency = createIdempotency({ db: deps.db, secret: deps.cookieSecret, log: deps.product.log, closing });
  takeIdempotencyKeys(app, { idempotency, maxFileBytes: Math.max(config.MAX_AUDIO_FILE_SIZE, maxDocumentBytes) });
  await docsRoutes(app, config);

  await app.register(async (scope) => {
    const createContext = contextFactory({ deps: product, auth, closing, countCall, idempotency });
    const onError = ({ error, path }: { error: TRPCError; path: string | undefined }) => {
      // Of what is no procedure the path may be anything, and is no failure of ours.
      if (error.code === 'INTERNAL_SERVER_ERROR' && asDomainError(error).code === 'internal')
        logger.error({ err: error.cause ?? error, path }, 'a procedure failed');
    };
    refuseDeepCalls(scope);
    answerSingleQueries(scope, { router: appRouter, createContext });
    trpcSocket(scope, { router: appRouter, createContext, onError });
    await scope.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: {
        router: appRouter,
        createContext,
        maxBatchSize: 20,
        onError,
        responseMeta: retryAfterOf,
      } satisfies FastifyTRPCPluginOptions<AppRouter>['trpcOptions'],
    });
  });
  await app.register((scope) => uploadRoutes(scope, product));
  await app.register((scope) => resumableUploadRoutes(scope, product, { closing }));
  await app.register(async (scope) => audioRoutes(scope, product));
  await app.register((scope) => accountRoutes(scope, product));
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
  await app.register(async (scope) => healthRoutes(scope, { readiness: createReadiness(deps, closing) }));
  await app.register(async (scope) => metricsRoute(scope, { telemetry: deps.telemetry, token: config.METRICS_TOKEN }));
  await app.register(webRoutes, { audioOrigin: product.storage.direct?.origin });
  return app;
}
