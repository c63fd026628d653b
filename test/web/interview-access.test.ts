import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';
import { openInterview, recordAnswer, speechFile } from './support/interviewee.ts';

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

it('works by keyboard alone', async () => {
  await using visitor = await openInterview(viva, browser, { checked: false });
  const { page, problems } = visitor;
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    );
  const tabTo = async (words: string) => {
    for (let presses = 0; presses < 30 && !(await focused()).startsWith(words); presses += 1)
      await page.keyboard.press('Tab');
    expect(await focused()).toContain(words);
  };
  const focusComesTo = (words: string) =>
    page.waitForFunction((text) => document.activeElement?.textContent?.startsWith(text), words);
  await tabTo('Turn on the microphone');
  await page.keyboard.press('Enter');
  await focusComesTo('Ready');
  await page.keyboard.press('Enter');
  await focusComesTo('Record the answer');
  viva.upstream.hearNext('Nobody touched the mouse for this.');
  await page.keyboard.press('Space');
  await focusComesTo('I have finished');
  await page.locator('.recorder-clock', { hasText: '0:02' }).waitFor();
  await page.keyboard.press('Enter');
  await focusComesTo('Send this answer');
  await page.keyboard.press('Enter');
  await page.getByText('Nobody touched the mouse').first().waitFor();
  await tabTo('Next question');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Question 2 of 2' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
  await tabTo('Finish and see the results');
  await page.keyboard.press('Enter');
  await focusComesTo('Finish now');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What you said' }).waitFor();
  await tabTo('Print or save as PDF');
  expect(problems).toEqual([]);
});

it('tells a screen reader what happens', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  const polite = page.locator('[aria-live=polite]');
  viva.upstream.hearNext('This is read out when it is there.');
  await page.getByRole('button', { name: 'Record the answer' }).click();
  await polite.getByText('Recording. Speak now.').waitFor({ state: 'attached' });
  await page.locator('.recorder-clock', { hasText: '0:02' }).waitFor();
  await page.getByRole('button', { name: 'I have finished' }).click();
  await polite.getByText('The recording is kept').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await polite.getByText('Transcript: This is read out when it is there.').waitFor({ state: 'attached' });
});

// They say the same words at the same time.
it.concurrent.each([
  { dark: false, phone: false },
  { dark: true, phone: false },
  { dark: false, phone: true },
  { dark: true, phone: true },
])(
  'is accessible at every step (dark: $dark, phone: $phone)',
  async (look) => {
    await using visitor = await openInterview(viva, browser, { ...look, consent: false, checked: false });
    const { page } = visitor;
    await page.getByRole('button', { name: 'Play: Question 1, spoken' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'I agree to being recorded' }).click();
    await page.getByRole('button', { name: 'Turn on the microphone' }).click();
    await page.getByText('We hear you').first().waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Ready' }).click();
    await page.getByRole('button', { name: 'Record the answer' }).click();
    await page.getByRole('button', { name: 'I have finished' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'I have finished' }).click();
    await page.getByRole('heading', { name: 'Listen back' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Throw away and record again' }).click();
    viva.upstream.hearNext('A short answer for the list below.');
    await recordAnswer(page, 2);
    await page.getByRole('button', { name: 'Send this answer' }).click();
    await page.getByText('A short answer').first().waitFor();
    await page.getByRole('button', { name: 'Type the answer instead' }).click();
    await expectAccessible(page);
  },
  40_000,
);
