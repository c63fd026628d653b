import { createVivaClient, type VivaClient } from '../client.ts';
import type { Readiness } from './readiness.ts';
import type { Report } from './report.ts';

/** Says which models serve, and plainly so when it is the built-in stand-in. */
export function tellModels({ offlineDemo, models }: Readiness, report: Report): void {
  const connected = Object.entries(models).filter(([capability]) => !offlineDemo.includes(capability));
  if (connected.length > 0) {
    report.detail(connected.map(([capability, { model, host }]) => `${capability}: ${model} at ${host}`).join(', '));
  }
  if (offlineDemo.length === 0) return;
  report.line('');
  report.line(`  OFFLINE DEMO (${offlineDemo.join(', ')}): no OpenAI key is set, so no AI takes part.`, 'yellow');
  report.detail(
    'The voice, the audio, the uploads and the database are real. The questions and the scores come from plain rules, and ' +
      'only what the built-in voice has recorded, as in the samples, can be transcribed.',
  );
  report.detail('To connect OpenAI: OPENAI_API_KEY=sk-… npm run demo', null);
  report.line('');
}

/** A client signed in as a guest who has agreed to be recorded. */
export async function signIn(url: string, report: Report): Promise<VivaClient> {
  let token: string | undefined;
  const client = createVivaClient({ url, token: () => token });
  await report.step(
    'signing in as a guest',
    async () => {
      ({ token } = await client.auth.guest.mutate({}));
      await client.auth.consent.mutate();
    },
    () => 'Signed in as a guest, and agreed to be recorded',
  );
  return client;
}
