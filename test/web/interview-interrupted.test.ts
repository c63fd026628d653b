import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';
import { type Interviewee, openInterview, recordAnswer, speechFile } from './support/interviewee.ts';

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

const takesOf = async ({ client, session }: Interviewee) =>
  (await client.answers.list.query({ sessionId: session.id })).items;

it('loses nothing when the connection goes in mid-upload, and adds one answer', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page, context } = visitor;
  const network = await context.newCDPSession(page);
  const connection = (offline: boolean, uploadThroughput: number) =>
    network.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
  await recordAnswer(page, 4);
  await network.send('Network.enable');
  await connection(false, 4_000);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.locator('.progress-text', { hasText: /^[1-9]\d? %$/ }).waitFor();
  await connection(true, 0);
  await page.getByText('The connection is lost').waitFor();
  expect(await takesOf(visitor)).toEqual([]);
  viva.upstream.hearNext('This answer came through after all, and only once.');
  await connection(false, -1);
  await page.getByText('only once').first().waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
});

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
  const { page } = visitor;
  const uploads = '**/upload/answers/*';
  const arrived = Promise.withResolvers<number>();
  const keys: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/upload/answers/')) keys.push(request.headers()['idempotency-key']);
  });
  await page.route(uploads, async (route) => {
    arrived.resolve((await route.fetch()).status());
    await route.abort('connectionreset');
  });
  await recordAnswer(page, 2);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  expect(await arrived.promise).toBe(201);
  await page.getByText('The connection is lost').waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
  await page.unroute(uploads);
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByRole('heading', { name: 'What you have answered' }).waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
  // Every try is the same request to the server.
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
});

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

it.concurrent('goes on sending after a reload without being asked', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  await page.route('**/upload/answers/*', (route) => route.abort('internetdisconnected'));
  await recordAnswer(page, 2);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText('The connection is lost').waitFor();
  await page.unrouteAll();
  await page.reload();
  await page.getByRole('heading', { name: 'What you have answered' }).waitFor();
  expect(await takesOf(visitor)).toHaveLength(1);
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
