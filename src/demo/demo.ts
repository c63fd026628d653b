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

async function demoOnOwnServer(server: ServerProcess, kind: Kind, material: Material, report: Report): Promise<void> {
  const readiness = await report.step(
    'starting the server and its PostgreSQL, which takes some seconds',
    () => untilReady(server.url, startDeadlineMs, 'It had two minutes to start. Try again.'),
    () => `Server started at ${server.url}, with a PostgreSQL of its own`,
  );
  tellModels(readiness, report);
  await kind.hold(await signIn(server.url, report), material, report);
  report.heading('Done');
  report.line(`  The audio lies in ${server.audioFolder}`);
  await tellAudioFiles(server.audioFolder, kind.audio, report);
  for (const next of kind.next) report.line(`  Next: ${next}`);
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

async function main({ live: isLive, url, recordings }: Flags, report: Report): Promise<number> {
  const kind = isLive ? live : recorded;
  const material = await gatherMaterial(recordings);
  const interrupted = interruption();
  report.line(kind.title, 'bold');
  report.line('');
  const server = url === undefined ? await startServerProcess() : null;
  let code = 1;
  try {
    const demo = server ? demoOnOwnServer(server, kind, material, report) : demoOn(url ?? '', kind, material, report);
    code = await Promise.race([interrupted, demo.then(() => 0), ...(server ? [server.failed] : [])]);
    if (code !== 0) report.line(server ? '\nInterrupted: the server is being stopped.' : '\nInterrupted.');
  } catch (error) {
    await tellFailure(error, server, report);
  } finally {
    await server?.stop(code === 1 ? 'failed' : 'finished');
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
