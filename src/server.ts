import { type Logger, pino } from 'pino';
import { buildApp } from './app.ts';
import { type Config, ConfigError, readConfig, readEnvironment } from './config.ts';
import { createDeps } from './deps.ts';
import { startJobs } from './jobs/start.ts';
import { logOptions } from './log.ts';
import { logIds } from './telemetry/log-ids.ts';
import { welcome } from './welcome.ts';

/** How long background work may take after a signal before it is ended. */
const drainMs = 8_000;
/** Longer than everything that ends in order may take. */
const overdueMs = 20_000;

/** Process entry: config → deps → app → listen; a signal, also during the start, drains and ends with 0. */
async function main(config: Config): Promise<void> {
  const pretty = process.stdout.isTTY && {
    transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname,requestId' } },
  };
  const log = pino({ ...logOptions(config.LOG_LEVEL), mixin: logIds, ...pretty });
  const signalled = stopSignal(log);
  const deps = await createDeps(config, log);
  const app = await buildApp(deps, log);
  const jobs = await startJobs(deps);
  const stop = async () => {
    // Together: an open request may wait for work that only draining ends.
    await Promise.all([app.close(), deps.background.drain(drainMs), jobs.drain(drainMs)]);
    await deps.close();
    log.info({}, 'stopped');
  };
  try {
    await app.listen({ port: config.PORT, host: config.HOST });
  } catch (error) {
    await stop();
    signalled.forget();
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken
      ? new ConfigError(`PORT ${config.PORT} is in use: stop the other server, or choose another port`)
      : error;
  }
  for (const line of welcome(app.addresses(), deps)) log.info({}, line);
  await signalled.promise;
  await stop();
  signalled.forget();
}

/** Resolves with the first SIGINT or SIGTERM. A second one means it, and so does a stop that takes too long. */
function stopSignal(log: Logger): { promise: Promise<void>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let overdue: NodeJS.Timeout | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (overdue) process.exit(130);
    log.info({ signal }, 'stopping: open requests may finish');
    overdue = setTimeout(() => {
      log.error({}, 'not everything ended in time; leaving all the same');
      process.exit(1);
    }, overdueMs);
    resolve();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { promise, forget: () => clearTimeout(overdue) };
}

try {
  await main(readConfig(readEnvironment()));
} catch (error) {
  console.error(error instanceof ConfigError ? `Viva cannot start. Please correct:\n${error.message}` : error);
  process.exitCode = 1;
}
