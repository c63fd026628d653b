import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVivaClient, type VivaClient } from '../../src/client.ts';
import { launchBrowser, type OpenedPage } from './support/browser.ts';
import { builtFolder } from './support/built-app.ts';
import { startDemoServer } from './support/demo-server.ts';

/**
 * Writes each page and state, light and dark, on a desktop and a phone, to `screenshots/`, and some in German:
 * `npm run screenshots [name] [look]`.
 */

const folder = fileURLToPath(new URL('../../screenshots/', import.meta.url));
const [, , only = '', onlyLook = ''] = process.argv;
const wanted = (name: string): boolean => name.startsWith(only);

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
  const session = await viva.sessions.create.mutate({ jobDescription, questionCount: 4 });
  for (const [index, text] of answers.entries()) {
    const question = session.questions[index];
    if (question) await viva.answers.submitText.mutate({ questionId: question.id, text });
  }
  await viva.evaluation.run.mutate({ sessionId: session.id });
  return session.id;
}

interface Sessions {
  done: string;
  fresh: string;
  live: string;
}

interface Shot {
  name: string;
  path: string;
  /** What is in front: the page beneath is shot only as far as the window goes. */
  dialog?: boolean;
  /** Of German, which is the same but for its words, not every state is needed. */
  english?: boolean;
  prepare?: (opened: OpenedPage) => Promise<void>;
}

/** Presses whatever stands between a visitor and the recorder. */
async function record({ page }: OpenedPage): Promise<void> {
  const start = page.locator('.recorder .button-primary');
  const check = page.locator('.answer .button-primary');
  await check.first().waitFor();
  for (let presses = 0; presses < 4 && !(await page.locator('.recorder-clock').isVisible()); presses += 1) {
    await start.or(check).first().click();
    await page.waitForTimeout(600);
  }
  await page.locator('.recorder-clock', { hasText: '0:02' }).waitFor();
}

const refuseCalls = (pattern: string, status: number) => async (opened: OpenedPage) => {
  const body = JSON.stringify({
    error: { code: 'too_large', message: 'This recording is too large. Record a shorter one.' },
  });
  await opened.page.route(pattern, (route) =>
    status === 0 ? route.abort() : route.fulfill({ status, body, contentType: 'application/json' }),
  );
};

/** Records, finishes and sends, and waits until it is told that it has not arrived. */
async function sendInVain(opened: OpenedPage): Promise<void> {
  await record(opened);
  await opened.page.locator('.answer .button-primary').first().click();
  await opened.page.locator('.answer .player').first().waitFor();
  await opened.page.locator('.answer .button-primary').first().click();
  await opened.page.locator('.answer .notice').first().waitFor();
}

async function refuseMicrophone(opened: OpenedPage): Promise<void> {
  const { page } = opened;
  await page.evaluate(() => {
    localStorage.removeItem('viva.microphone');
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Refused', 'NotAllowedError'));
  });
  await page.locator('.answer .button-primary').first().click();
  await page.locator('.answer .notice').first().waitFor();
}

const shotsOf = ({ done, fresh, live }: Sessions): Shot[] => [
  { name: 'start', path: '/' },
  {
    name: 'start-missing',
    path: '/',
    english: true,
    prepare: ({ page }) => page.locator('button[type=submit]').click(),
  },
  { name: 'prepare', path: `/start/${fresh}` },
  { name: 'prepare-live', path: `/start/${live}` },
  { name: 'consent', path: `/interview/${fresh}` },
  {
    name: 'microphone',
    path: `/interview/${fresh}`,
    async prepare({ page }) {
      await page.locator('.answer .button-primary').first().click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'microphone-refused', path: `/interview/${fresh}`, prepare: refuseMicrophone },
  { name: 'recording', path: `/interview/${fresh}`, prepare: record },
  { name: 'interview', path: `/interview/${fresh}` },
  {
    name: 'upload-lost',
    path: `/interview/${fresh}?question=2`,
    english: true,
    async prepare(opened) {
      await refuseCalls('**/upload/**', 0)(opened);
      await opened.page.locator('.step').nth(1).click();
      await sendInVain(opened);
    },
  },
  {
    name: 'upload-refused',
    path: `/interview/${fresh}`,
    async prepare(opened) {
      await refuseCalls('**/upload/**', 413)(opened);
      await opened.page.locator('.step').nth(2).click();
      await sendInVain(opened);
    },
  },
  { name: 'live', path: `/live/${live}` },
  {
    name: 'live-talking',
    path: `/live/${live}`,
    async prepare({ page }) {
      await page.locator('.join .choice').nth(2).click();
      await page.locator('.join .button-primary').click();
      await page.locator('.dock').waitFor();
      await page.locator('.script-reply').first().waitFor();
      await page.locator('.dock-typed textarea').fill('I have run PostgreSQL for six years, mostly for shops.');
      await page.keyboard.press('Enter');
      await page.locator('.script-reply').nth(1).waitFor();
      await page.waitForTimeout(2_000);
    },
  },
  { name: 'results', path: `/results/${done}` },
  { name: 'results-none', path: `/results/${fresh}` },
  { name: 'history', path: '/history' },
  {
    name: 'history-error',
    path: '/history',
    english: true,
    async prepare(opened) {
      await refuseCalls('**/trpc/**', 0)(opened);
      await opened.page.reload();
      await opened.page.locator('main .notice-error').waitFor();
    },
  },
  {
    name: 'history-delete',
    path: '/history',
    dialog: true,
    prepare: ({ page }) => page.locator('.past-actions .button').last().click(),
  },
  { name: 'not-found', path: '/nowhere' },
  { name: 'account', path: '/account', prepare: ({ page }) => page.locator('.account-log summary').click() },
  {
    name: 'account-delete',
    path: '/account',
    dialog: true,
    prepare: ({ page }) => page.locator('.button-danger').click(),
  },
  { name: 'keep', path: '/', dialog: true, prepare: ({ page }) => page.locator('.masthead-account button').click() },
];

/** As much of a page as one picture shows; what is longer is told in several. */
const longest = 2_600;

/**
 * The window grows with the page: a picture of what is beyond the window forgets that this is a phone, and ends at 8,192
 * pixels.
 */
async function shoot({ page }: OpenedPage, name: string, whole: boolean): Promise<void> {
  const window = page.viewportSize();
  if (!window) throw new Error('The page has no window.');
  const height = whole ? await page.evaluate(() => document.documentElement.scrollHeight) : window.height;
  await page.setViewportSize({ ...window, height: Math.max(window.height, Math.min(height, longest)) });
  const parts = Math.ceil(height / longest);
  for (let part = 0; part < parts; part += 1) {
    await page.evaluate((top) => scrollTo(0, top), part * longest);
    await page.waitForTimeout(250); // until what has come into sight is drawn
    const path = join(folder, `${name}${parts > 1 ? `-${part + 1}` : ''}.png`);
    await page.screenshot({ path, scale: 'css' });
    console.log(path);
  }
  await page.setViewportSize(window);
}

/** When the first words of a page were there, and the scripts that it took. */
function firstPaint(): { paintMs: number; scripts: string[] } {
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  const names = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
  return { paintMs: paint?.startTime ?? 0, scripts: names.filter((name) => name.endsWith('.js')) };
}

/** As gzip sends them. The browser's own count (`encodedBodySize`) is 0 here. */
async function kilobytes(scripts: readonly string[]): Promise<number> {
  const files = await Promise.all(scripts.map((path) => stat(join(builtFolder, `${path}.gz`))));
  return Math.round(files.reduce((sum, { size }) => sum + size, 0) / 1000);
}

const looks = [
  { name: 'light-desktop', dark: false, phone: false },
  { name: 'dark-desktop', dark: true, phone: false },
  { name: 'light-phone', dark: false, phone: true },
  { name: 'dark-phone', dark: true, phone: true },
  { name: 'german-phone', dark: false, phone: true, language: 'de-DE' },
];

await mkdir(folder, { recursive: true });
await using server = await startDemoServer();
await using browser = await launchBrowser();
for (const look of looks) {
  if (onlyLook && !look.name.includes(onlyLook)) continue;
  await using visitor = await browser.openPage(server, '/', look);
  const { page } = visitor;
  page.setDefaultTimeout(15_000);
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const { paintMs, scripts } = await page.evaluate(firstPaint);
  const first = `first paint after ${Math.round(paintMs)} ms, ${await kilobytes(scripts)} kB of gzipped JavaScript`;
  console.log(`first visit, ${look.name}: ${first}`);
  await page.waitForFunction(() => localStorage.getItem('viva.session') !== null);
  if (wanted('history-empty')) {
    await page.goto(new URL('/history', server.url).href);
    await page.locator('.empty').waitFor();
    await shoot(visitor, `history-empty-${look.name}`, true);
  }
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const viva = createVivaClient({ url: server.url, token: String(token) });
  const done = await seed(viva);
  const fresh = await viva.sessions.create.mutate({ jobDescription, questionCount: 4 });
  const live = await viva.sessions.create.mutate({ jobDescription, questionCount: 3, speakQuestions: false });
  for (const shot of shotsOf({ done, fresh: fresh.id, live: live.id })) {
    if (!wanted(shot.name) || (shot.english && look.language)) continue;
    await page.goto(new URL(shot.path, server.url).href);
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined); // live pages never fall idle
    try {
      await shot.prepare?.(visitor);
    } catch (error) {
      console.error(`${shot.name}-${look.name}: ${error}`); // the others are wanted all the same
    }
    await shoot(visitor, `${shot.name}-${look.name}`, !shot.dialog);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  }
}
