import { pino } from 'pino';
import { buildApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { createDeps } from './deps.ts';
import { startJobs } from './jobs/start.ts';
import { welcome } from './welcome.ts';

/** How long background work may take after a signal before it is ended. */
const drainMs = 8_000;

/** Process entry: config → deps → app → listen; a signal drains and ends with 0. */
async function main(config: Config): Promise<void> {
  const pretty = process.stdout.isTTY && {
    transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname,reqId' } },
  };
  const log = pino({ level: config.LOG_LEVEL, ...pretty });
  const deps = await createDeps(config, log);
  const app = await buildApp(deps, log);
  const jobs = startJobs(deps);

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    jobs.stop();
    // Together: an open request may wait for work that only draining ends.
    await Promise.all([app.close(), deps.background.drain(drainMs)]);
    await deps.close();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    // A second Ctrl-C means it.
    if (stopping) process.exit(130);
    log.info({ signal }, 'stopping: open requests may finish');
    const overdue = setTimeout(() => {
      log.error({}, 'not everything ended in time; leaving all the same');
      process.exit(1);
    }, drainMs + 7_000);
    stopping = stop().then(() => {
      clearTimeout(overdue);
      log.info({}, 'stopped');
    });
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  try {
    await app.listen({ port: config.PORT, host: config.HOST });
  } catch (error) {
    await stop();
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken
      ? new ConfigError(`PORT ${config.PORT} is in use: stop the other server, or choose another port`)
      : error;
  }
  for (const line of welcome(app.addresses(), deps)) log.info({}, line);
}

try {
  await main(readConfig());
} catch (error) {
  console.error(error instanceof ConfigError ? `Viva cannot start. Please correct:\n${error.message}` : error);
  process.exitCode = 1;
}
