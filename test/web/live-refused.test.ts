import { afterAll, beforeAll, expect, it } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';

let viva: Viva;
let browser: TestBrowser;
beforeAll(async () => {
  [viva, browser] = await Promise.all([startViva(), launchBrowser({ refuseMicrophone: true })]);
}, 120_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await viva?.close();
});

it('says what to do about a refused microphone, and takes typed words all the same', async () => {
  await using visitor = await browser.openPage(viva, '/');
  const { page } = visitor;
  page.setDefaultTimeout(10_000);
  await page.waitForFunction(() => localStorage.getItem('viva.session') !== null);
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const client = createVivaClient({ url: viva.url, token: String(token) });
  const session = await client.sessions.create.mutate({
    jobDescription: 'Baker',
    questionCount: 1,
    speakQuestions: false,
  });
  await page.goto(new URL(`/live/${session.id}`, viva.url).href);
  await page.getByLabel(/I agree to being recorded/).check();
  await page.getByRole('button', { name: 'Begin the conversation' }).click();
  await page
    .getByRole('alert')
    .getByText(/microphone (is blocked|was not allowed)/)
    .waitFor();
  await page.locator('.script-reply .script-words', { hasText: session.questions[0]?.text ?? '-' }).waitFor();
  await expectAccessible(page);
  await page.getByLabel('Type instead').fill('I have baked for ten years.');
  await page.getByLabel('Type instead').press('Enter');
  await page.locator('.script-words', { hasText: 'I have baked' }).waitFor();
});

it('says that a conversation is not there, and that one is over', async () => {
  await using visitor = await browser.openPage(viva, '/live/0190a0a0-0000-7000-8000-000000000001');
  const { page } = visitor;
  await page.getByRole('alert').getByText('The conversation could not be loaded').waitFor();
  await expectAccessible(page);
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const client = createVivaClient({ url: viva.url, token: String(token) });
  const session = await client.sessions.create.mutate({
    jobDescription: 'Baker',
    questionCount: 1,
    speakQuestions: false,
  });
  await client.sessions.end.mutate({ sessionId: session.id });
  await page.goto(new URL(`/live/${session.id}`, viva.url).href);
  await page.getByText('This conversation is over').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'See the results' }).click();
  expect(new URL(page.url()).pathname).toBe(`/results/${session.id}`);
});
