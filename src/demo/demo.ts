import { afterShutdownTitle, type OldModelsGone, startOldModelsGone, tellSuccessors } from './after-shutdown.ts';
import { tellAudioFiles } from './audio-on-disk.ts';
import { signIn, tellModels } from './connection.ts';
import { explain } from './explain.ts';
import { type Flags, parseFlags, UsageError, usage } from './flags.ts';
import { type Kind, live, recorded } from './kinds.ts';
import { untilReady } from './readiness.ts';
import { gatherMaterial, type Material } from './recordings.ts';
import { createReport, type Report, StepError } from './report.ts';
import { lastTroubles } from './server-log.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** For a server that has to prepare its database first; a running one answers at once or not at all. */
const startDeadlineMs = 120_000;
const answerDeadlineMs = 3_000;

async function demoOn(url: string, kind: Kind, material: Material, report: Report): Promise<void> {
  const readiness = await report.step(
    `asking ${url}`,
    () => untilReady(url, answerDeadlineMs, 'Start one with npm start, or leave --url away.'),
    () => `Server found at ${url}`,
  );
  tellModels(readiness, report);
  await kind.hold(await signIn(url, report), material, report);
  report.heading('Done');
  report.line(`  The audio lies on the server at ${url}, in its AUDIO_STORAGE_PATH (audio-storage by default).`);
  report.line(`  Its API document: ${url}/docs`);
}

async function demoOnOwnServer(
  server: ServerProcess,
  kinds: Kind[],
  upstream: OldModelsGone | null,
  material: Material,
  report: Report,
): Promise<void> {
  const readiness = await report.step(
    'starting the server and its PostgreSQL, which takes some seconds',
    () => untilReady(server.url, startDeadlineMs, 'It had two minutes to start. Try again.'),
    () => `Server started at ${server.url}, with a PostgreSQL of its own`,
  );
  tellModels(readiness, report);
  for (const kind of kinds) {
    if (kinds.length > 1) report.line(`\n${kind.title}`, 'bold');
    await kind.hold(await signIn(server.url, report), material, report);
  }
  if (upstream) await tellSuccessors(upstream, server, report);
  report.heading('Done');
  report.line(`  The audio lies in ${server.audioFolder}`);
  await tellAudioFiles(server.audioFolder, [...new Set(kinds.flatMap(({ audio }) => audio))], report);
  for (const next of new Set(kinds.flatMap((kind) => kind.next))) report.line(`  Next: ${next}`);
}

/** Resolves with the exit code of a program that a signal ended, or whose reader has left (`| head`). */
function interruption(): Promise<number> {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(codes)) process.on(signal, () => resolve(code));
    process.stdout.on('error', () => resolve(141));
  });
}

async function tellFailure(error: unknown, server: ServerProcess | null, report: Report): Promise<void> {
  const what = error instanceof StepError ? ` while ${error.message}: ${explain(error.cause)}` : `: ${explain(error)}`;
  report.failure(`The demo failed${what}`);
  if (!server) return;
  for (const line of await lastTroubles(server.logFile)) report.detail(line);
  report.line(`    The server's log: ${server.logFile}`);
}

async function main(flags: Flags, report: Report): Promise<number> {
  const kinds = flags.afterShutdown ? [recorded, live] : [flags.live ? live : recorded];
  const material = await gatherMaterial(flags.recordings);
  const interrupted = interruption();
  report.line(flags.afterShutdown ? afterShutdownTitle : kinds.map(({ title }) => title).join(), 'bold');
  report.line('');
  const upstream = flags.afterShutdown ? await startOldModelsGone(report) : null;
  const server = flags.url === undefined ? await startServerProcess(upstream) : null;
  let code = 1;
  try {
    const demo = server
      ? demoOnOwnServer(server, kinds, upstream, material, report)
      : demoOn(flags.url ?? '', flags.live ? live : recorded, material, report);
    code = await Promise.race([interrupted, demo.then(() => 0), ...(server ? [server.failed] : [])]);
    if (code !== 0) report.line(server ? '\nInterrupted: the server is being stopped.' : '\nInterrupted.');
  } catch (error) {
    await tellFailure(error, server, report);
  } finally {
    await server?.stop(code === 1 ? 'failed' : 'finished');
    await upstream?.close();
  }
  return code;
}

const report = createReport();
try {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) report.line(usage);
  process.exitCode = flags.help ? 0 : await main(flags, report);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message} See npm run demo -- --help\n`);
  process.exitCode = 2;
}
process.exit();
