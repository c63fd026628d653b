import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';
import { type Interviewee, openInterview, recordAnswer, speechFile } from './support/interviewee.ts';
import { weakLink } from './support/weak-link.ts';

let viva: Viva;
let folder: Folder;
let browser: TestBrowser;
beforeAll(async () => {
  [viva, folder] = await Promise.all([startViva(), temporaryFolder()]);
  browser = await launchBrowser({ speech: await speechFile(viva, folder.path) });
}, 120_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
  await viva?.close();
});

/** Where an upload is begun, and where it is. */
const uploads = /\/upload\/resumable(\/[^/]+)?$/;

const takesOf = async ({ client, session }: Interviewee) =>
  (await client.answers.list.query({ sessionId: session.id })).items;

const interruptions = {
  async 'the connection goes'({ page, context }: Interviewee) {
    await context.setOffline(true);
    await page.getByText('The connection is lost').waitFor();
    return async () => context.setOffline(false);
  },
  async 'the page is left'({ page }: Interviewee) {
    await page.goto('about:blank');
    return async () => {
      await page.goBack();
    };
  },
};

it.each(Object.entries(interruptions))('goes on from where it was when %s in mid-upload', async (_when, interrupt) => {
  await using link = await weakLink(viva);
  await using visitor = await openInterview({ ...viva, url: link.url }, browser, { questionCount: 1 });
  const { page } = visitor;
  const sent = requestsOf(page);
  await recordAnswer(page, 4);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.locator('.progress-text', { hasText: /^[1-9]\d* %$/ }).waitFor();
  await link.stuck;
  const goOn = await interrupt(visitor);
  expect(await takesOf(visitor)).toEqual([]);
  const before = sent.length;
  viva.upstream.hearNext('This answer came through after all, and only once.');
  await goOn();
  await page.getByText('only once').first().waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
  const again = sent.slice(before);
  expect(again.map(({ method }) => method)).toEqual(['HEAD', 'PATCH']);
  expect(again.at(-1)?.offset).toBeGreaterThan(0);
});

/** Every request of an upload, as it is made. */
function requestsOf(page: Page): { method: string; offset: number }[] {
  const requests: { method: string; offset: number }[] = [];
  page.on('request', (request) => {
    if (!uploads.test(request.url())) return;
    requests.push({ method: request.method(), offset: Number(request.headers()['upload-offset'] ?? 0) });
  });
  return requests;
}

it('offers after a reload what was recorded and not sent', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  await recordAnswer(page, 3);
  await page.reload();
  await page.getByRole('heading', { name: 'A recording that has not been sent' }).waitFor();
  await page.getByRole('button', { name: 'Play: Your recording' }).click();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('audio')].some(
      ({ src, currentTime }) => src.startsWith('blob:') && currentTime > 0.5,
    ),
  );
  viva.upstream.hearNext('I had to load the page again.');
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText('I had to load the page again.').first().waitFor();
  const [take] = await takesOf(visitor);
  expect(take?.audio?.durationMs).toBeGreaterThan(2_000);
});

// From here on side by side: nobody waits for particular words.
it.concurrent('adds one answer when only the acknowledgement was lost', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page, context } = visitor;
  const arrived = Promise.withResolvers<number>();
  const sent = requestsOf(page);
  await page.route(uploads, async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue();
    const status = (await route.fetch()).status();
    await context.setOffline(true);
    arrived.resolve(status);
    await route.abort('connectionreset');
  });
  await recordAnswer(page, 2);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  expect(await arrived.promise).toBe(200);
  await page.getByText('The connection is lost').waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'What you have answered' }).waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
  // The server was asked what it had, and it was all there.
  expect(sent.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'HEAD']);
});

it.concurrent('tells that a connection is lost on which nothing moves, and goes on when asked', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  const sent = requestsOf(page);
  await page.route(uploads, (route) => (route.request().method() === 'PATCH' ? undefined : route.continue()));
  await recordAnswer(page, 2);
  await page.clock.install();
  const stalled = page.waitForRequest((request) => request.method() === 'PATCH');
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await stalled;
  await page.clock.fastForward(61_000);
  await page.getByText('The connection is lost').waitFor();
  await page.unroute(uploads);
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByRole('heading', { name: 'What you have answered' }).waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
  expect(sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

// The client's own tries take nine seconds: these two wait until they are over.
it.concurrent('sends what was recorded before the connection went, with nothing loaded since', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page, context } = visitor;
  await recordAnswer(page, 2);
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText('The connection is lost').waitFor();
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'What you have answered' }).waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
}, 40_000);

it.concurrent('goes on sending after a reload without being asked', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  await page.route(uploads, (route) => route.abort('internetdisconnected'));
  await recordAnswer(page, 2);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText('The connection is lost').waitFor();
  await page.unrouteAll();
  await page.reload();
  await page.getByRole('heading', { name: 'What you have answered' }).waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
}, 40_000);

it.concurrent('keeps what was said until a reload in the middle of a recording', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  await page.getByRole('button', { name: 'Record the answer' }).click();
  await page.locator('.recorder-clock', { hasText: '0:04' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'A recording that has not been sent' }).waitFor();
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByRole('heading', { name: 'What you have answered' }).waitFor();
  const [take] = await takesOf(visitor);
  expect(take?.audio?.durationMs).toBeGreaterThan(1_500);
});

it.concurrent('keeps a recording that the server refuses, and says why', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page, client, session } = visitor;
  await recordAnswer(page, 2);
  await client.sessions.end.mutate({ sessionId: session.id });
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText('The server did not take this recording').waitFor();
  await page.getByText('This interview has ended and takes no more answers').waitFor();
  const file = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save it as a file' }).click();
  expect((await file).suggestedFilename()).toMatch(/^viva-/);
});
