import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVivaClient, type VivaClient } from '../../src/client.ts';
import { launchBrowser, type OpenedPage } from './support/browser.ts';
import { startDemoServer } from './support/demo-server.ts';

/** Writes each page, light and dark, on a desktop and a phone, to `screenshots/`. `npm run screenshots [name]` */

const folder = fileURLToPath(new URL('../../screenshots/', import.meta.url));
const only = process.argv[2];

const jobDescription = `Senior Backend Engineer, Payments

You will design and run the services behind our checkout: PostgreSQL, TypeScript and queues, under real load.
You review the code of others, lead incident response and mentor two juniors. We look for people who measure
before they optimise, and who can explain a trade-off to somebody in sales.`;

const answers = [
  'In my last role our checkout lost orders under load. I measured the queries, found a missing index and a lock that was held too long, and brought the 95th percentile down from two seconds to ninety milliseconds. Since then we review every migration in pairs.',
  'I would first ask what is failing and for whom, put a message on the status page, and roll back the last release. Then I would look at the error rate per endpoint and write everything down for the review afterwards.',
  'Um, I am not sure. I think it depends on the team.',
];

/** An interview with three typed answers and its evaluation, as this visitor. */
async function seed(viva: VivaClient): Promise<string> {
  await viva.auth.consent.mutate();
  const session = await viva.sessions.create.mutate({ jobDescription, questionCount: 4 });
  for (const [index, text] of answers.entries()) {
    const question = session.questions[index];
    if (question) await viva.answers.submitText.mutate({ questionId: question.id, text });
  }
  await viva.evaluation.run.mutate({ sessionId: session.id });
  return session.id;
}

type Shot = { name: string; path: string; prepare?: (opened: OpenedPage) => Promise<void> };

const shotsOf = ({ done, fresh, live }: Record<'done' | 'fresh' | 'live', string>): Shot[] => [
  { name: 'start', path: '/' },
  {
    name: 'start-missing',
    path: '/',
    prepare: ({ page }) => page.locator('button[type=submit]').click(),
  },
  { name: 'prepare', path: `/start/${fresh}` },
  { name: 'prepare-live', path: `/start/${live}` },
  { name: 'interview', path: `/interview/${fresh}` },
  { name: 'live', path: `/live/${live}` },
  { name: 'results', path: `/results/${done}` },
  { name: 'history', path: '/history' },
  { name: 'not-found', path: '/nowhere' },
  { name: 'account', path: '/', prepare: ({ page }) => page.locator('.masthead-account').click() },
];

const looks = [
  { name: 'light-desktop', dark: false, phone: false },
  { name: 'dark-desktop', dark: true, phone: false },
  { name: 'light-phone', dark: false, phone: true },
  { name: 'dark-phone', dark: true, phone: true },
];

await mkdir(folder, { recursive: true });
await using server = await startDemoServer();
await using browser = await launchBrowser();
for (const look of looks) {
  await using visitor = await browser.openPage(server, '/', look);
  const { page } = visitor;
  await page.waitForFunction(() => localStorage.getItem('viva.session') !== null);
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const viva = createVivaClient({ url: server.url, token: String(token) });
  const done = await seed(viva);
  const fresh = await viva.sessions.create.mutate({ jobDescription, questionCount: 4 });
  const live = await viva.sessions.create.mutate({ jobDescription, questionCount: 3, speakQuestions: false });
  for (const shot of shotsOf({ done, fresh: fresh.id, live: live.id })) {
    if (only && !shot.name.startsWith(only)) continue;
    await page.goto(new URL(shot.path, server.url).href);
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined); // live pages never fall idle
    await shot.prepare?.(visitor);
    await page.screenshot({ path: join(folder, `${shot.name}-${look.name}.png`), fullPage: shot.name !== 'account' });
    console.log(`screenshots/${shot.name}-${look.name}.png`);
  }
}
