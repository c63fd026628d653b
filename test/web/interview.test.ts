import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';
import { openInterview, recordAnswer, speechFile, spokenAnswer } from './support/interviewee.ts';

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

it('holds a whole recorded interview, from the microphone check to the results', async () => {
  await using visitor = await openInterview(viva, browser, { consent: false, checked: false });
  const { page, problems, client, session } = visitor;
  const [first, second] = session.questions;
  await page.getByRole('heading', { name: first?.text ?? '' }).waitFor();

  await page.getByRole('button', { name: 'I agree to being recorded' }).click();
  await page.getByRole('button', { name: 'Turn on the microphone' }).click();
  await page.getByText('We hear you').first().waitFor();
  await page.getByRole('button', { name: 'Ready' }).click();

  viva.upstream.hearNext(spokenAnswer);
  await page.getByRole('button', { name: 'Record the answer' }).click();
  await page.locator('.recorder-clock', { hasText: '0:02' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused').first().waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.locator('.recorder-clock', { hasText: '0:04' }).waitFor();
  await page.getByRole('button', { name: 'I have finished' }).click();
  await page.getByRole('heading', { name: 'Listen back' }).waitFor();
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText(spokenAnswer).first().waitFor();

  await page.getByRole('button', { name: 'Next question' }).click();
  await page.getByRole('heading', { name: second?.text ?? '' }).waitFor();
  const mentoring = 'I mentored two juniors for a year, and both of them now lead projects of their own.';
  viva.upstream.hearNext(mentoring);
  await recordAnswer(page, 3);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText(mentoring).first().waitFor();
  await page.getByRole('button', { name: 'Finish and see the results' }).click();

  await page.waitForURL(`**/results/${session.id}`);
  await page.getByRole('heading', { name: 'What you said' }).nth(1).waitFor();
  const report = await client.evaluation.get.query({ sessionId: session.id });
  expect(report.evaluations).toHaveLength(2);
  expect(report.state).toBe('complete');
  await page
    .getByText(String(Math.round(report.averageScore ?? -1)), { exact: true })
    .first()
    .waitFor();
  const durations = report.evaluations.map(({ durationMs }) => durationMs ?? 0);
  for (const durationMs of durations) expect(durationMs).toBeGreaterThan(2_000);
  expect(problems).toEqual([]);
});

it('records another take, which counts from then on', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page, client, session } = visitor;
  for (const words of ['This was my first try at an answer.', 'This is the second one, and a better one.']) {
    viva.upstream.hearNext(words);
    await recordAnswer(page, 2);
    await page.getByRole('button', { name: 'Send this answer' }).click();
    await page.getByText(words).first().waitFor();
  }
  const { items } = await client.answers.list.query({ sessionId: session.id });
  expect(items.map(({ take, counts }) => ({ take, counts }))).toEqual([
    { take: 2, counts: true },
    { take: 1, counts: false },
  ]);
  await page.getByRole('button', { name: 'Let this one count' }).click();
  await page.getByRole('article', { name: 'Take 1' }).getByText('This one counts').waitFor();
});

it('says when nothing could be transcribed, and tries again on demand', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  viva.upstream.failNext('transcriptions', { status: 400 });
  await recordAnswer(page, 2);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText('This recording could not be transcribed').first().waitFor();
  viva.upstream.hearNext('Now it is understood.');
  await page.getByRole('button', { name: 'Transcribe it again' }).click();
  await page.getByText('Now it is understood.').first().waitFor();
});

it('throws a recording away and records over it', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page, client, session } = visitor;
  await recordAnswer(page, 1);
  await page.getByRole('button', { name: 'Throw away and record again' }).click();
  await page.getByRole('button', { name: 'Record the answer' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Record the answer' }).waitFor();
  expect((await client.answers.list.query({ sessionId: session.id })).items).toEqual([]);
});
