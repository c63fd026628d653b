import { WebMOutputFormat } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { convert } from '../offline/recordings.ts';
import { type Folder, temporaryFolder } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type PageOptions, type TestBrowser } from './support/browser.ts';
import { type Interviewee, openInterview, recordAnswer, speechFile, spokenAnswer } from './support/interviewee.ts';

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

const typed = 'Um, I am not sure. I think it depends on the team, maybe, and on other things.';

/** A spoken and a typed answer of this visitor, not evaluated yet. */
async function answered(look: PageOptions = {}): Promise<Interviewee> {
  const visitor = await openInterview(viva, browser, look);
  const { client, session } = visitor;
  const [first, second] = session.questions;
  viva.upstream.hearNext(spokenAnswer);
  const recording = new Blob([await viva.say(spokenAnswer)], { type: 'audio/mpeg' });
  const { id: answerId } = await client.uploadAnswer(first?.id ?? '', recording);
  await vi.waitFor(async () => expect((await client.answers.get.query({ answerId })).transcriptState).toBe('done'), {
    timeout: 10_000,
  });
  await client.answers.submitText.mutate({ questionId: second?.id ?? '', text: typed });
  return visitor;
}

/** The same, evaluated, with the results open. */
async function evaluated(look: PageOptions = {}): Promise<Interviewee> {
  const visitor = await answered(look);
  const { page, client, session } = visitor;
  await client.evaluation.run.mutate({ sessionId: session.id });
  await page.goto(new URL(`/results/${session.id}`, viva.url).href);
  await page.getByRole('heading', { name: 'What you said' }).waitFor();
  return visitor;
}

it('goes to a late moment of a long recording that does not tell its length', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page, client, session } = visitor;
  const opening = 'I grew up in a small town by the sea and always liked the weather there. '.repeat(12);
  const words = `${opening}${spokenAnswer}`;
  const file = await convert(await viva.say(words), new WebMOutputFormat({ appendOnly: true }));
  viva.upstream.hearNext(words);
  const { id: answerId } = await client.uploadAnswer(
    session.questions[0]?.id ?? '',
    new Blob([new Uint8Array(file)], { type: 'audio/webm' }),
  );
  await vi.waitFor(async () => expect((await client.answers.get.query({ answerId })).transcriptState).toBe('done'), {
    timeout: 10_000,
  });
  const { evaluations } = await client.evaluation.run.mutate({ sessionId: session.id });
  const quotes = evaluations[0]?.signals.flatMap((signal) => signal.quotes) ?? [];
  const quote = quotes.find(({ startMs }) => (startMs ?? 0) > 20_000);
  if (!quote?.startMs) throw new Error('There is no late quote.');
  await page.goto(new URL(`/results/${session.id}`, viva.url).href);
  await page.getByRole('button', { name: quote.text }).first().click();
  const startS = quote.startMs / 1000;
  await page.waitForFunction((from) => (document.querySelector('audio')?.currentTime ?? 0) > from + 0.3, startS);
  expect(await page.evaluate(() => document.querySelector('audio')?.currentTime)).toBeLessThan(startS + 5);
});

it('shows real progress, then the results, without being asked twice', async () => {
  await using visitor = await answered();
  const { page, session } = visitor;
  const gate = viva.upstream.hold(({ endpoint }) => endpoint === 'chat', 2);
  await page.goto(new URL(`/results/${session.id}?evaluate`, viva.url).href);
  await page.getByText('Your answers are being evaluated').first().waitFor();
  await gate.full;
  await page.locator('.progress-text', { hasText: '0 of 2' }).waitFor();
  gate.open();
  await page.getByText('2 of 2 questions evaluated').waitFor();
  expect(new URL(page.url()).search).toBe('');
});

it('says which answer could not be evaluated, and tries again', async () => {
  await using visitor = await answered();
  const { page, session } = visitor;
  viva.upstream.failNext('chat', { status: 400 }, 1);
  await page.goto(new URL(`/results/${session.id}`, viva.url).href);
  await page.getByRole('button', { name: 'Evaluate now' }).click();
  await page.getByText('One answer has no evaluation').waitFor();
  await page.getByText('1 of 2 questions evaluated').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Evaluate what is missing' }).click();
  await page.getByText('2 of 2 questions evaluated').waitFor();
});

it('leads to another take, and compares it with the one before', async () => {
  await using visitor = await evaluated();
  const { page, session } = visitor;
  await page.getByRole('link', { name: 'Answer this question again' }).nth(1).click();
  await page.getByRole('heading', { name: session.questions[1]?.text ?? '' }).waitFor();
  viva.upstream.hearNext(spokenAnswer);
  await recordAnswer(page, 3);
  await page.getByRole('button', { name: 'Send this answer' }).click();
  await page.getByText(spokenAnswer).first().waitFor();
  await page.getByRole('button', { name: 'Finish and see the results' }).click();
  await page.getByRole('heading', { name: 'Before and after' }).waitFor();
  await page.getByText(/points more than before/).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Let this one count' }).click();
  await page.getByRole('article').nth(1).getByRole('heading', { name: 'What you wrote' }).waitFor();
});

describe('side by side, since all say the same words', () => {
  it.concurrent('plays a quote from where it is said, and lifts out its words as they are spoken', async () => {
    await using visitor = await evaluated();
    const { page, client, session, problems } = visitor;
    const { evaluations } = await client.evaluation.get.query({ sessionId: session.id });
    const quotes = evaluations[0]?.signals.flatMap((signal) => signal.quotes) ?? [];
    const quote = quotes.find(({ startMs }) => startMs !== null && startMs > 1_000);
    if (!quote?.startMs || !quote.endMs) throw new Error('There is no quote with a time past the first second.');
    const { startMs, endMs } = quote;
    await page.evaluate(() => {
      const audio = document.querySelector('audio');
      const moments: number[] = [];
      Object.assign(window, { moments });
      audio?.addEventListener('seeked', () => moments.push(audio.currentTime * 1000));
    });
    await page.getByRole('button', { name: quote.text }).first().click();
    await page.waitForFunction(() => Reflect.get(window, 'moments').length > 0);
    const [soughtMs = 0] = await page.evaluate((): number[] => Reflect.get(window, 'moments'));
    expect(Math.abs(soughtMs - startMs)).toBeLessThan(150);
    expect(await page.locator('mark').allTextContents()).not.toEqual([]);
    expect((await page.locator('mark').allTextContents()).join('')).toBe(quote.text);
    await page.locator('mark.said-now').first().waitFor();
    const word = await page.locator('.said-now').first().textContent();
    expect(quote.text).toContain(word ?? '—');
    await page.waitForFunction((ms) => (document.querySelector('audio')?.currentTime ?? 0) * 1000 > ms, endMs + 500);
    expect(problems).toEqual([]);
  });

  it.concurrent('begins to practise a follow-up question, once, and marks it in the history', async () => {
    await using visitor = await evaluated();
    const { page, client, session } = visitor;
    const { evaluations } = await client.evaluation.get.query({ sessionId: session.id });
    const question = evaluations[0]?.followUpQuestions[0] ?? expect.fail('There is no follow-up question.');
    const begin = page.getByRole('button', { name: `Practise: ${question}` }).first();
    await begin.click();
    await page.getByRole('heading', { name: question }).waitFor();
    const practice = page.url();
    await page.getByRole('link', { name: /back to the results/ }).click();
    await begin.click();
    await page.getByRole('heading', { name: question }).waitFor();
    expect(page.url()).toBe(practice);
    const { items } = await client.sessions.history.query();
    expect(items).toMatchObject([
      { followsSessionId: session.id, mode: 'recorded', questionCount: 1, state: 'active', language: session.language },
      { id: session.id, followsSessionId: null },
    ]);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('follow-up question · unfinished · 0 of 1 answered').waitFor();
  });

  it.concurrent('marks a quote of a typed answer, which has no recording', async () => {
    await using visitor = await evaluated();
    const { page } = visitor;
    const second = page.getByRole('article').nth(1);
    await second.getByRole('heading', { name: 'What you wrote' }).waitFor();
    expect(await second.locator('audio').count()).toBe(0);
    const quote = second.locator('.quote').first();
    await quote.click();
    const words = (await quote.locator('q').textContent()) ?? '';
    expect((await second.locator('mark').allTextContents()).join('')).toBe(words);
    expect(await quote.getAttribute('aria-pressed')).toBe('true');
  });
});

describe('side by side as well', () => {
  it.concurrent('says that nothing has been answered, and what cannot be found', async () => {
    await using visitor = await openInterview(viva, browser);
    const { page, session } = visitor;
    await page.goto(new URL(`/results/${session.id}?evaluate`, viva.url).href);
    await page.getByRole('heading', { name: 'Nothing has been answered yet' }).waitFor();
    await expectAccessible(page);
    await page.goto(new URL('/results/0190aaaa-0000-7000-8000-000000000000', viva.url).href);
    await page.getByRole('alert').filter({ hasText: 'There is no such session' }).waitFor();
    await expectAccessible(page);
  });

  it.concurrent('prints the model answer and leaves the controls away', async () => {
    await using visitor = await evaluated();
    const { page } = visitor;
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.player').first().isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Print or save as PDF' }).isVisible()).toBe(false);
    expect(
      await page
        .locator('.model-answer > p')
        .first()
        .evaluate((text) => text.checkVisibility()),
    ).toBe(true);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
  });
});

describe('in every look', () => {
  it.concurrent.each([
    { dark: false, phone: false },
    { dark: true, phone: false },
    { dark: false, phone: true },
    { dark: true, phone: true },
  ])('is accessible (dark: $dark, phone: $phone)', async (look) => {
    await using visitor = await evaluated(look);
    const { page } = visitor;
    await page.locator('.quote').first().click();
    await page.getByText('A model answer').first().click();
    await expectAccessible(page);
  });
});
