import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';
import { openInterview, speechFile } from './support/interviewee.ts';

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

/** What a browser does whose microphone is refused, missing or held by another program. */
const rejectWith = (page: Page, name: string) =>
  page.evaluate((reason) => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', reason));
  }, name);

it('explains a refused microphone, and takes a typed answer instead', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1, checked: false });
  const { page, client, session } = visitor;
  await rejectWith(page, 'NotAllowedError');
  await page.getByRole('button', { name: 'Turn on the microphone' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: /not allowed|blocked/ })
    .waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Type the answer instead' }).click();
  const text = 'I mentored two juniors for a year.';
  await page.getByLabel('Your answer in writing').fill(text);
  await page.reload();
  await page.getByRole('button', { name: 'Type the answer instead' }).click();
  expect(await page.getByLabel('Your answer in writing').inputValue()).toBe(text);
  await page.getByRole('button', { name: 'Hand in this answer' }).click();
  await page.getByRole('article', { name: 'Take 1' }).getByText(text).waitFor();
  const { items } = await client.answers.list.query({ sessionId: session.id });
  expect(items).toMatchObject([{ kind: 'typed', transcript: text }]);
});

it.each([
  { name: 'NotFoundError', told: 'No microphone was found' },
  { name: 'NotReadableError', told: 'The microphone cannot be used just now' },
])('explains $name, and records once it is mended', async ({ name, told }) => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  await page.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    Object.assign(window, { mend: () => Object.assign(navigator.mediaDevices, { getUserMedia: open }) });
  });
  await rejectWith(page, name);
  await page.getByRole('button', { name: 'Record the answer' }).click();
  await page.getByRole('alert').filter({ hasText: told }).waitFor();
  await page.evaluate(() => Reflect.get(window, 'mend')());
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: 'I have finished' }).waitFor();
});

it('keeps what was said when the microphone is unplugged', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  await page.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      // Stopped by nobody on the page: what pulling the plug comes to for the recorder.
      Object.assign(window, { unplug: () => stream.getTracks().map((track) => track.stop()) });
      return stream;
    };
  });
  await page.getByRole('button', { name: 'Record the answer' }).click();
  await page.locator('.recorder-clock', { hasText: '0:02' }).waitFor();
  await page.evaluate(() => Reflect.get(window, 'unplug')());
  await page.getByText('The microphone was disconnected').waitFor();
  await page.getByRole('button', { name: 'Send this answer' }).waitFor();
});
