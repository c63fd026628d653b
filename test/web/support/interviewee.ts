import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createVivaClient, type VivaClient } from '../../../src/client.ts';
import type { SessionView } from '../../../src/interview/schemas.ts';
import { containers, convert } from '../../offline/recordings.ts';
import type { Viva } from '../../support/viva.ts';
import type { OpenedPage, PageOptions, TestBrowser } from './browser.ts';

export const jobDescription = `Senior backend engineer. You will design and run PostgreSQL databases behind a busy web shop, review
the code of others, and lead incident response. We look for experience with TypeScript, testing and mentoring.`;

export const spokenAnswer =
  'In my last role our checkout lost orders under load. I measured the queries and found a missing index. ' +
  'After that the slowest requests took ninety milliseconds instead of two seconds. ' +
  'Since then we review every migration in pairs, and nothing of that kind has happened again.';

/** A WAV file of these words in a real voice, for the browser's microphone. */
export async function speechFile(viva: Viva, folder: string, words = spokenAnswer): Promise<string> {
  const path = join(folder, 'speech.wav');
  const makeWav = containers.wav;
  if (!makeWav) throw new Error('no WAV');
  await writeFile(path, await convert(await viva.say(words), makeWav()));
  return path;
}

export interface Interviewee extends OpenedPage {
  session: SessionView;
  /** The typed client, signed in as the visitor of the page. */
  client: VivaClient;
}

interface IntervieweeOptions extends PageOptions {
  questionCount?: number;
  /** Whether the visitor has agreed to being recorded; yes unless told otherwise. */
  consent?: boolean;
  /** Whether the microphone has been checked before; yes unless told otherwise. */
  checked?: boolean;
}

/** A visitor in front of the first question of an interview. */
export async function openInterview(
  viva: Viva,
  browser: TestBrowser,
  { questionCount = 2, consent = true, checked = true, ...look }: IntervieweeOptions = {},
): Promise<Interviewee> {
  const visitor = await browser.openPage(viva, '/', look);
  const { page } = visitor;
  await page.waitForFunction(() => localStorage.getItem('viva.session') !== null);
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const client = createVivaClient({ url: viva.url, token: String(token) });
  if (consent) {
    const { consentedAt } = await client.auth.consent.mutate();
    await page.evaluate((at) => {
      const session = JSON.parse(localStorage.getItem('viva.session') ?? '{}');
      session.user.consentedAt = at;
      localStorage.setItem('viva.session', JSON.stringify(session));
    }, consentedAt);
  }
  if (checked) await page.evaluate(() => localStorage.setItem('viva.microphone', '{"deviceId":""}'));
  const session = await client.sessions.create.mutate({ jobDescription, questionCount });
  await page.goto(new URL(`/interview/${session.id}`, viva.url).href);
  await page.getByRole('heading', { name: `Question 1 of ${questionCount}` }).waitFor();
  return { ...visitor, session, client };
}

/** Presses "Record", waits until the clock shows this many seconds, and presses "I have finished". */
export async function recordAnswer(page: Page, seconds: number): Promise<void> {
  await page.getByRole('button', { name: /^Record/ }).click();
  await page.locator('.recorder-clock', { hasText: `0:0${seconds}` }).waitFor();
  await page.getByRole('button', { name: 'I have finished' }).click();
  await page.getByRole('heading', { name: 'Listen back' }).waitFor();
}
