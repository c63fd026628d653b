import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { speechFile } from './live-speech.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';
import { layoutShifts } from './support/layout-shift.ts';

const words = 'I led the migration of our payment service to TypeScript.';
/** Spoken, it takes much longer than the microphone is silent at first. */
const longOpening =
  'Welcome, and thank you for taking the time to talk with me today about this position in our team. ' +
  'I would like to hear about the work that you have done, about the people whom you have done it with, and about ' +
  'what you have learned from it. Please take your time, and begin wherever you like. ' +
  'Tell me about a project that you are proud of, what made it difficult, and how you found out that it had worked.';

let viva: Viva;
let browser: TestBrowser;
const closing = new AsyncDisposableStack();
beforeAll(async () => {
  viva = closing.use(await startViva());
  const speech = closing.use(await speechFile(viva, words, { firstMs: 4_000, pauseMs: 3_000, times: 16 }));
  browser = closing.use(await launchBrowser({ speech: speech.path }));
}, 180_000);
afterAll(() => closing.disposeAsync());

/** A visitor with a live interview of their own. */
async function visit(options: Parameters<TestBrowser['openPage']>[2] = {}, server = viva) {
  const visitor = await browser.openPage(server, '/', options);
  const { page } = visitor;
  page.setDefaultTimeout(10_000);
  await page.waitForFunction(() => localStorage.getItem('viva.session') !== null);
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const client = createVivaClient({ url: server.url, token: String(token) });
  const session = await client.sessions.create.mutate({
    jobDescription: 'Backend engineer for payments\nTypeScript, PostgreSQL and mentoring.',
    questionCount: 2,
    speakQuestions: false,
  });
  await page.goto(new URL(`/live/${session.id}`, server.url).href);
  await page.getByRole('button', { name: 'Begin the conversation' }).waitFor();
  return { ...visitor, server, sessionId: session.id, [Symbol.asyncDispose]: () => visitor.context.close() };
}

async function begin(page: Page, mode: RegExp) {
  await page.getByRole('radio', { name: mode }).check();
  const consent = page.getByLabel(/I agree to being recorded/);
  if (await consent.isVisible()) await consent.check();
  await page.getByRole('button', { name: 'Begin the conversation' }).click();
}

const status = (page: Page, text: string) =>
  page.locator('.dock-state', { hasText: new RegExp(`^${text}$`) }).waitFor();
const playing = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll('audio')].filter(({ paused }) => !paused).length);
/** Resolves once the microphone hears somebody, or nobody. */
const microphoneIs = (page: Page, loud: boolean) =>
  page.waitForFunction((wanted) => {
    const line = document.querySelector('.voice-line span');
    const level = line instanceof HTMLElement ? Number.parseFloat(line.style.scale) : 0;
    return wanted ? level > 0.5 : level < 0.1;
  }, loud);
const messages = ({ server, sessionId }: { server: Viva; sessionId: string }) =>
  server.deps.db.prisma.message.findMany({ where: { sessionId }, orderBy: { id: 'asc' } });
const inScript = (page: Page, text: string) => page.locator('.script-words', { hasText: text });

describe('side by side, each with a server that hears nobody else', () => {
  it.concurrent('talks hands-free, and is interrupted by talking', { timeout: 60_000 }, async () => {
    await using visitor = await visit();
    const { page, problems } = visitor;
    viva.upstream.replyNext('text', longOpening);
    viva.upstream.hearNext('Sorry to interrupt: I led a migration to TypeScript.');
    viva.upstream.hearNext('And after that I became the lead of the team.');
    await begin(page, /Hands-free/);
    await status(page, 'Speaking');
    await vi.waitFor(async () => expect(await playing(page)).toBe(1), { timeout: 10_000 });
    await status(page, 'Hearing you');
    expect(await playing(page)).toBe(0);
    await inScript(page, 'Sorry to interrupt').waitFor({ timeout: 20_000 });
    const [opening] = await vi.waitFor(async () => {
      const stored = await messages(visitor);
      expect(stored.length).toBeGreaterThan(1);
      return stored;
    });
    expect(opening?.heardText).toBeTypeOf('string');
    expect(longOpening.startsWith(opening?.heardText ?? '-')).toBe(true);
    expect(opening?.heardText?.length).toBeGreaterThan(5);
    expect(opening?.heardText?.length).toBeLessThan(longOpening.length / 2);
    await page.getByText('— interrupted').first().waitFor();
    await inScript(page, 'And after that').waitFor({ timeout: 20_000 });
    expect(await layoutShifts(page)).toEqual([]);
    const said = (await messages(visitor)).filter(({ role }) => role === 'candidate');
    expect(said.map(({ text }) => text)).toEqual([
      'Sorry to interrupt: I led a migration to TypeScript.',
      'And after that I became the lead of the team.',
    ]);
    const audio = await viva.deps.db.prisma.audioFile.findFirst({ where: { message: { id: said[0]?.id ?? '' } } });
    expect(audio).toMatchObject({ kind: 'answer', mimeType: expect.stringMatching(/webm/) });
    expect(problems).toEqual([]);
  });

  it.concurrent('talks while the space key is held, from the keyboard alone', { timeout: 40_000 }, async () => {
    await using other = await startViva();
    await using visitor = await visit({}, other);
    const { page, problems } = visitor;
    other.upstream.hearNext('I talk while the key is held.');
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab');
        const label = await page.evaluate(() => {
          const { activeElement } = document;
          if (!activeElement || activeElement === document.body) return '';
          return activeElement.closest('label')?.textContent ?? activeElement.textContent;
        });
        if (name.test(label)) return;
      }
      throw new Error(`Tab never came to ${name}.`);
    };
    await tabTo(/Hands-free/);
    await page.keyboard.press('ArrowDown');
    await tabTo(/I agree/);
    await page.keyboard.press('Space');
    await tabTo(/Begin the conversation/);
    await page.keyboard.press('Enter');
    await status(page, 'Speaking');
    await page.keyboard.down('Space');
    await status(page, 'Hearing you');
    expect(await playing(page)).toBe(0);
    await microphoneIs(page, true);
    await page.waitForTimeout(1_500); // says a few words
    await page.keyboard.up('Space');
    await inScript(page, 'I talk while the key is held.').waitFor();
    await status(page, 'Speaking');
    // Pressed for a moment only, the button stays down until it is pressed again.
    other.upstream.hearNext('And now with a click to begin and one to end.');
    await microphoneIs(page, false);
    await tabTo(/Hold to talk/);
    await page.keyboard.press('Enter');
    await status(page, 'Hearing you');
    await microphoneIs(page, true);
    await page.waitForTimeout(1_500); // says a few words
    await page.keyboard.press('Enter');
    await inScript(page, 'And now with a click').waitFor();
    const said = (await messages(visitor)).filter(({ role }) => role === 'candidate');
    expect(said).toHaveLength(2);
    expect(problems).toEqual([]);
  });
});

it('takes typed words, tries again what failed, and shows all of it after a reload', async () => {
  await using visitor = await visit();
  const { page } = visitor;
  await begin(page, /In writing/);
  await status(page, 'Speaking');
  const field = page.getByLabel('Type instead');
  viva.upstream.failNextReply('text', { status: 400 });
  await field.fill('I would rather type this answer about PostgreSQL.');
  await field.press('Enter');
  await page.getByRole('alert').getByText('The interviewer could not reply').waitFor();
  await expect.poll(() => playing(page), { timeout: 10_000 }).toBe(0);
  viva.upstream.replyNext('text', 'Thank you.');
  await page.getByRole('button', { name: 'Try again' }).click();
  await inScript(page, 'Thank you.').waitFor();
  expect(await inScript(page, 'I would rather type').count()).toBe(1);
  await page.waitForFunction(() => document.querySelectorAll('.script-reply').length === 2);
  const shown = await page.locator('.script-words').allTextContents();
  await page.reload();
  await page.getByRole('button', { name: 'Go on with the conversation' }).waitFor();
  expect((await page.locator('.script-words').allTextContents())[1]).toBe(shown[1]);
  await page.getByRole('button', { name: 'Go on with the conversation' }).click();
  await page.getByText('Agree first').waitFor();
  await page.getByRole('radio', { name: /In writing/ }).check();
  await page.getByRole('button', { name: 'Go on with the conversation' }).click();
  await status(page, 'Your turn');
  expect((await messages(visitor)).filter(({ role }) => role === 'candidate')).toHaveLength(1);
});

it('keeps what could not be sent over a reload, and sends it again', async () => {
  await using visitor = await visit();
  const { page } = visitor;
  await begin(page, /Push to talk/);
  await status(page, 'Speaking');
  await page.route('**/trpc/chat.say**', (route) => route.abort());
  await page.getByLabel('Type instead').fill('This is not to be lost.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Not sent yet: “This is not to be lost.”').waitFor();
  // A recording that is on its way when the page is loaded again.
  const underWay = page.waitForRequest('**/upload/turns/**');
  await page.route('**/upload/turns/**', () => undefined);
  const talk = page.getByRole('button', { name: /Hold to talk/ });
  await talk.click();
  await status(page, 'Hearing you');
  await microphoneIs(page, true);
  await page.waitForTimeout(1_000); // says a few words
  await page.locator('.talk').click();
  await underWay;
  await page.unrouteAll();
  await page.reload();
  await page.getByRole('radio', { name: /In writing/ }).check();
  await page.getByRole('button', { name: 'Go on with the conversation' }).click();
  await page.getByText('Something you said has not been sent').waitFor();
  await page.getByText('Not sent yet: “This is not to be lost.”').waitFor();
  viva.upstream.replyNext('text', 'Thank you.');
  await page.getByRole('button', { name: 'Send it again' }).click();
  await inScript(page, 'This is not to be lost.').waitFor();
  await page.getByText('What you said is kept').waitFor();
  viva.upstream.hearNext('This was said aloud.');
  await page.getByRole('button', { name: 'Send it again' }).click();
  await inScript(page, 'This was said aloud.').waitFor();
  await page.getByText('Something you said has not been sent').waitFor({ state: 'detached' });
  const said = (await messages(visitor)).filter(({ role }) => role === 'candidate');
  expect(said.map(({ text }) => text)).toEqual(['This is not to be lost.', 'This was said aloud.']);
  await page.reload();
  await page.getByRole('button', { name: 'Go on with the conversation' }).waitFor();
  expect(await page.evaluate(keptUtterances)).toBe(0);
});

/** How many of them this browser still keeps. */
function keptUtterances(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('viva');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const counting = opening.result.transaction('utterances').objectStore('utterances').count();
      counting.onsuccess = () => resolve(counting.result);
    };
  });
}

it('is silent while it is paused, and goes on from there', async () => {
  await using visitor = await visit();
  const { page } = visitor;
  await begin(page, /In writing/);
  await status(page, 'Speaking');
  await vi.waitFor(async () => expect(await playing(page)).toBe(1), { timeout: 10_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await status(page, 'Paused');
  expect(await playing(page)).toBe(0);
  await page.getByRole('button', { name: 'Go on' }).click();
  await status(page, 'Speaking');
  await vi.waitFor(async () => expect(await playing(page)).toBe(1));
});

it('ends with the interviewer taking leave, and leads to the results', { timeout: 40_000 }, async () => {
  await using visitor = await visit();
  const { page, sessionId } = visitor;
  viva.upstream.replyNext('text', 'Welcome. Tell me what you have built.');
  viva.upstream.replyNext('text', 'Thank you. And then?');
  await begin(page, /In writing/);
  await status(page, 'Speaking');
  await page.getByLabel('Type instead').fill('I built the payment service, measured it, and cut its latency by half.');
  await page.getByLabel('Type instead').press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.script-reply').length === 2);
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('button', { name: 'End it and see the results' }).click();
  await page.waitForURL(`**/results/${sessionId}`, { timeout: 30_000 });
  const stored = await viva.deps.db.prisma.session.findUniqueOrThrow({ where: { id: sessionId } });
  expect(stored.state).toBe('ended');
});

it.each([
  { dark: false, phone: false },
  { dark: true, phone: true },
])('is accessible (dark: $dark, phone: $phone)', async (look) => {
  await using visitor = await visit(look);
  const { page } = visitor;
  await expectAccessible(page);
  await begin(page, /Push to talk/);
  await status(page, 'Speaking');
  await expectAccessible(page);
  viva.upstream.failNextReply('text', { status: 400 });
  await page.getByLabel('Type instead').fill('Something that fails.');
  await page.getByLabel('Type instead').press('Enter');
  await page.getByRole('alert').getByText('The interviewer could not reply').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'How to talk' }).click();
  await expectAccessible(page);
});
