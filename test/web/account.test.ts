import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromBuffer } from 'yauzl';
import { createVivaClient } from '../../src/client.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type PageOptions, type TestBrowser } from './support/browser.ts';

let viva: Viva;
let browser: TestBrowser;
beforeAll(async () => {
  [viva, browser] = await Promise.all([startViva(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await viva?.close();
});

/** A guest with one interview, one answer and a draft, on the page about their data. */
async function visit(look: PageOptions = {}) {
  const visitor = await browser.openPage(viva, '/account', look);
  const { page } = visitor;
  page.setDefaultTimeout(10_000);
  const kept = () => page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}'));
  await page.waitForFunction(() => localStorage.getItem('viva.session') !== null);
  const { token, user } = await kept();
  const client = createVivaClient({ url: viva.url, token: String(token) });
  const session = await client.sessions.create.mutate({
    jobDescription: 'Baker\nBread and rolls.',
    questionCount: 1,
    speakQuestions: false,
  });
  const [question] = session.questions;
  if (question) await client.answers.submitText.mutate({ questionId: question.id, text: 'I have baked since 2009.' });
  await page.evaluate(() => localStorage.setItem('viva.draft', '{"jobDescription":"A secret plan"}'));
  return { ...visitor, userId: String(user.id), kept, [Symbol.asyncDispose]: () => visitor.context.close() };
}

const users = (id: string) => viva.deps.db.prisma.user.count({ where: { id } });

async function namesIn(zip: Buffer): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  fromBuffer(zip, { lazyEntries: false }, (error, archive) => {
    if (error) return reject(error);
    const names: string[] = [];
    archive.on('entry', ({ fileName }) => names.push(fileName));
    archive.on('end', () => resolve(names));
  });
  return await promise;
}

it('takes consent back and gives it again, and tells when', async () => {
  await using visitor = await visit({ phone: true });
  const { page, userId, problems } = visitor;
  const stored = async () => (await viva.deps.db.prisma.user.findUniqueOrThrow({ where: { id: userId } })).consentedAt;
  await page.getByText('You have not agreed to being recorded.').waitFor();
  await page.getByRole('button', { name: 'I agree to being recorded' }).press('Enter');
  await page.getByText(/^You agreed to being recorded on/).waitFor();
  expect(await stored()).toBeInstanceOf(Date);
  await page.getByRole('button', { name: 'Withdraw consent to recording' }).press('Enter');
  await page.getByText('You have not agreed to being recorded.').waitFor();
  await page.getByRole('status').getByText('Your consent is withdrawn. Nothing more is recorded.').waitFor();
  expect(await stored()).toBeNull();
  // The focus is where it was pressed.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('I agree to being recorded');
  await page.getByText('What you have said about this, and when').click();
  await expect.poll(() => page.locator('.account-log li').count()).toBe(2);
  expect(await page.locator('.account-log li').first().textContent()).toContain('withdrawn');
  await expectAccessible(page);
  expect(problems).toEqual([]);
});

it('saves everything as one ZIP', async () => {
  await using visitor = await visit();
  const { page } = visitor;
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download everything' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^viva-\d{4}-\d\d-\d\d\.zip$/);
  const names = await namesIn(await readFile(await download.path()));
  expect(names.some((name) => name.endsWith('.json'))).toBe(true);
  await page.getByText('.zip is saved.').last().waitFor();
});

it('deletes an account for its password only, by keyboard, and begins afresh', async () => {
  await using visitor = await visit({ dark: true });
  const { page, userId, kept } = visitor;
  await page.getByLabel('E-mail address').fill('leaver@example.org');
  await page.getByLabel('Password').fill('analytical engine');
  await page.getByRole('button', { name: 'Make an account' }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await page.getByRole('button', { name: 'Delete my account' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await dialog.waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Delete my account');
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Password').fill('not this one');
  await page.keyboard.press('Enter');
  await dialog.getByText('This is not your password. Nothing was deleted.').waitFor();
  expect(await users(userId)).toBe(1);
  await dialog.getByLabel('Password').fill('analytical engine');
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog', { name: 'Everything is deleted' })
    .getByText('1 interview and 1 answer are gone')
    .waitFor();
  expect(await users(userId)).toBe(0);
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Practise the interview' }).waitFor();
  await page.getByRole('button', { name: 'Keep my history' }).waitFor();
  expect(await page.getByLabel('Job description').inputValue()).toBe('');
  const { user } = await kept();
  expect(user).toMatchObject({ kind: 'guest' });
  expect(user.id).not.toBe(userId);
});

it('deletes what a guest has done, in German', async () => {
  await using visitor = await visit({ language: 'de-DE', phone: true });
  const { page, userId } = visitor;
  await page.getByRole('button', { name: 'Alles löschen' }).click();
  const dialog = page.getByRole('dialog', { name: 'Alles löschen?' });
  expect(await dialog.getByLabel('Passwort').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Abbrechen' }).click();
  expect(await users(userId)).toBe(1);
  await page.getByRole('button', { name: 'Alles löschen' }).click();
  await dialog.getByRole('button', { name: 'Endgültig löschen' }).click();
  await page.getByRole('dialog', { name: 'Alles ist gelöscht' }).getByRole('button', { name: 'Neu beginnen' }).click();
  await page.getByRole('heading', { name: 'Üben Sie das Gespräch' }).waitFor();
  expect(await users(userId)).toBe(0);
});
