import { servedModels } from '../offline/models.ts';
import { type OfflineServer, startOfflineServer } from '../offline/server.ts';
import { untilReady } from './readiness.ts';
import type { Report } from './report.ts';
import { takeovers } from './server-log.ts';
import type { ServerProcess } from './server-process.ts';

export const afterShutdownTitle = 'Viva after the shutdown: what OpenAI turns off by the end of February 2027 is gone';

/** What the briefs name, and OpenAI turns off between 2027-01-06 and 2027-02-26. */
const turnedOff = ['whisper-1', 'gpt-4o', 'gpt-4o-mini-tts', 'tts-1', 'tts-1-hd'];

/** A stand-in for OpenAI on loopback that answers 404 for these models and does not list them. */
export interface OldModelsGone extends OfflineServer {
  /** How often each model was asked for something. */
  calls: Map<string, number>;
}

const answerDeadlineMs = 5_000;

export async function startOldModelsGone(report: Report): Promise<OldModelsGone> {
  report.detail(
    `A built-in stand-in plays OpenAI without ${turnedOff.join(', ')}: plain rules and a built-in voice, no AI. The voice, ` +
      'the audio, the uploads and the database are real.',
  );
  report.line('');
  const calls = new Map<string, number>();
  const server = await startOfflineServer({
    behaviour: {
      models: servedModels.filter(({ id }) => !turnedOff.includes(id)),
      before({ endpoint, model }) {
        // A handshake asks for nothing yet.
        if (model && endpoint !== 'realtime') calls.set(model, (calls.get(model) ?? 0) + 1);
        return undefined;
      },
    },
  });
  return { ...server, calls };
}

/** Says which model served instead of which. Throws when one that was turned off is still relied on, or the log is silent. */
export async function tellSuccessors(
  upstream: Pick<OldModelsGone, 'calls'>,
  server: Pick<ServerProcess, 'url' | 'logFile'>,
  report: Report,
): Promise<void> {
  report.heading('Which models took over');
  const { models } = await untilReady(server.url, answerDeadlineMs, 'It had answered before.');
  const logged = await takeovers(server.logFile);
  for (const [capability, { model, preferred }] of Object.entries(models)) {
    if (turnedOff.includes(model)) throw new Error(`${capability} still relies on ${model}, which was turned off.`);
    const gone = preferred.slice(0, preferred.indexOf(model));
    if (gone.length > 0 && logged.get(capability) !== model) {
      throw new Error(`The log does not say that ${model} took over for ${capability}.`);
    }
    const asked = upstream.calls.get(model) ?? 0;
    const calls = asked > 0 ? `asked ${asked} times` : 'not asked in these demos';
    report.done(`${capability}: ${model}${gone.length > 0 ? ` instead of ${gone.join(', ')}` : ''} (${calls})`);
  }
  report.detail(`As /health/ready and the log tell: ${server.logFile}`);
}
