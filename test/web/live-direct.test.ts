import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { speechFile } from './live-speech.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';

let viva: Viva;
let browser: TestBrowser;
const closing = new AsyncDisposableStack();
beforeAll(async () => {
  viva = closing.use(await startViva());
  // Nobody talks: the model would take it for an interruption.
  const quiet = closing.use(await speechFile(viva, 'Hello.', { firstMs: 60_000, pauseMs: 0, times: 1 }));
  browser = closing.use(await launchBrowser({ speech: quiet.path }));
}, 120_000);
afterAll(() => closing.disposeAsync());

it('talks by WebRTC where the server offers it, and hangs up for whoever types', { timeout: 60_000 }, async () => {
  await using visitor = await browser.openPage(viva, '/');
  const { page } = visitor;
  page.setDefaultTimeout(10_000);
  await page.waitForFunction(() => localStorage.getItem('viva.session') !== null);
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const client = createVivaClient({ url: viva.url, token: String(token) });
  const session = await client.sessions.create.mutate({
    jobDescription: 'Baker',
    questionCount: 2,
    speakQuestions: false,
  });
  await page.goto(new URL(`/live/${session.id}`, viva.url).href);
  await page.getByRole('radio', { name: /Direct \(WebRTC\)/ }).check();
  await page.getByLabel(/I agree to being recorded/).check();
  await page.getByRole('button', { name: 'Begin the conversation' }).click();
  await page.locator('.script-reply .script-words', { hasText: session.questions[0]?.text ?? '-' }).waitFor();
  await page.waitForFunction(() => {
    const audio = document.querySelector('audio');
    return audio?.srcObject instanceof MediaStream && audio.srcObject.active && audio.currentTime > 0.5;
  });
  await page.getByLabel('Type instead').fill('I would rather type that I have baked for ten years.');
  await page.getByLabel('Type instead').press('Enter');
  await page.locator('.script-words', { hasText: 'I would rather type' }).waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('audio')].every(({ srcObject }) => srcObject === null),
  );
  await vi.waitFor(
    async () => {
      const stored = await viva.deps.db.prisma.message.findMany({
        where: { sessionId: session.id },
        orderBy: { id: 'asc' },
      });
      expect(stored.map(({ role }) => role)).toEqual(['interviewer', 'candidate', 'interviewer']);
    },
    { timeout: 10_000 },
  );
});
