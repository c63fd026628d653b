import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createVivaClient, type VivaClient } from '../../src/client.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';

let viva: Viva;
let browser: TestBrowser;
beforeAll(async () => {
  [viva, browser] = await Promise.all([startViva(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await viva?.close();
});

const good =
  'In my last role I led the migration of our payment service: I measured the queries, found a missing index, and brought the latency down by half.';

/** Three interviews: a baker's, judged; a gardener's, judged; a pilot's, live and unfinished. The ids in this order. */
async function seed(client: VivaClient): Promise<string[]> {
  const ids: string[] = [];
  for (const jobDescription of ['Baker\nBread and rolls.', 'Gardener\nRoses and hedges.']) {
    const session = await client.sessions.create.mutate({ jobDescription, questionCount: 2, speakQuestions: false });
    const question = session.questions[0];
    if (question) await client.answers.submitText.mutate({ questionId: question.id, text: good });
    await client.evaluation.run.mutate({ sessionId: session.id });
    await client.sessions.end.mutate({ sessionId: session.id });
    ids.push(session.id);
  }
  const live = await client.sessions.create.mutate({
    jobDescription: 'Pilot\nShort and long distances.',
    questionCount: 2,
    speakQuestions: false,
  });
  return [...ids, live.id];
}

async function visit(options: Parameters<TestBrowser['openPage']>[2] = {}, seeded = true) {
  const visitor = await browser.openPage(viva, '/history', options);
  const { page } = visitor;
  page.setDefaultTimeout(10_000);
  await page.getByRole('heading', { name: 'Nothing practised yet' }).waitFor();
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('viva.session') ?? '{}').token);
  const ids = seeded ? await seed(createVivaClient({ url: viva.url, token: String(token) })) : [];
  if (seeded) {
    await page.reload();
    await page.getByRole('heading', { name: 'Pilot' }).waitFor();
  }
  return { ...visitor, ids, [Symbol.asyncDispose]: () => visitor.context.close() };
}

const titles = (page: Awaited<ReturnType<typeof visit>>['page']) => page.locator('.past-session h3').allTextContents();

it('shows what was practised, newest first, with scores, charts and their tables', async () => {
  await using visitor = await visit();
  const { page, problems } = visitor;
  expect(await titles(page)).toEqual(['Pilot', 'Gardener', 'Baker']);
  const scores = await viva.deps.db.prisma.session.findMany({
    where: { averageScore: { not: null } },
    orderBy: { id: 'asc' },
  });
  const rounded = scores.map(({ averageScore }) => String(Math.round(averageScore ?? -1)));
  expect(await page.locator('.past-session').nth(1).locator('.past-score').textContent()).toBe(
    `${rounded[1]} out of 100`,
  );
  await page.getByText('finished · 1 of 2 answered').first().waitFor();
  const chart = page.getByRole('img', { name: '2 judged interviews' });
  expect(await chart.locator('circle').count()).toBe(2);
  await page.getByText('As a table').click();
  const cells = page.locator('details table td:nth-child(2)');
  expect(await cells.allTextContents()).toEqual(rounded);
  expect(await page.locator('.category-table tbody tr').count()).toBeGreaterThan(0);
  expect(problems).toEqual([]);
});

it('finds by words, state and kind of question', async () => {
  await using visitor = await visit();
  const { page } = visitor;
  await page.getByLabel('Search').fill('roses gard');
  await page.getByText('1 of 3 interviews').waitFor();
  expect(await titles(page)).toEqual(['Gardener']);
  await page.getByLabel('Search').fill('nothing like it');
  await page.getByText('No interview fits').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByLabel('State').selectOption('open');
  expect(await titles(page)).toEqual(['Pilot']);
  await page.getByLabel('State').selectOption('judged');
  expect(await titles(page)).toEqual(['Gardener', 'Baker']);
  const { category } = await viva.deps.db.prisma.question.findFirstOrThrow({
    where: { session: { id: visitor.ids[0] ?? '' }, position: 1 },
  });
  await page.getByLabel('State').selectOption('all');
  await page.getByLabel('Questions').selectOption(category);
  expect(await titles(page)).toContain('Baker');
  expect(await titles(page)).not.toContain('Pilot');
  await page.getByLabel('Questions').selectOption('all');
  await viva.deps.db.prisma.session.update({
    where: { id: visitor.ids[0] ?? '' },
    data: { createdAt: new Date(Date.now() - 9 * 86_400_000) },
  });
  await page.reload();
  await page.getByLabel('Period').selectOption('week');
  await page.getByText('2 of 3 interviews').waitFor();
});

it('deletes after asking, and exports everything that is known', async () => {
  await using visitor = await visit();
  const { page, ids } = visitor;
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Export: Baker/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^viva-\d{4}-\d\d-\d\d-[0-9a-f]{8}\.json$/);
  const exported = z
    .object({ session: z.object({ id: z.string() }), answers: z.array(z.object({ transcript: z.string() })) })
    .parse(JSON.parse(await readFile(await file.path(), 'utf8')));
  expect(exported.session.id).toBe(ids[0]);
  expect(exported.answers[0]?.transcript).toBe(good);

  await page.getByRole('button', { name: /^Delete: Baker/ }).click();
  await page.getByRole('dialog').getByText('“Baker”').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await viva.deps.db.prisma.session.count({ where: { id: ids[0] ?? '' } })).toBe(1);
  await page.getByRole('button', { name: /^Delete: Baker/ }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await titles(page)).toEqual(['Pilot', 'Gardener']);
  expect(await viva.deps.db.prisma.session.count({ where: { id: ids[0] ?? '' } })).toBe(0);
});

it('leads back to an unfinished conversation, and to results', async () => {
  await using visitor = await visit();
  const { page, ids } = visitor;
  await page.getByRole('link', { name: /^Results: Gardener/ }).click();
  await page.waitForURL(`**/results/${ids[1]}`);
  await page.goBack();
  await page.getByRole('link', { name: /^Go on: Pilot/ }).click();
  await page.waitForURL(`**/live/${ids[2]}`);
});

it('says why it cannot be shown, and tries again', async () => {
  await using visitor = await visit();
  const { page } = visitor;
  await page.route('**/trpc/sessions.history**', (route) => route.fulfill({ status: 400, body: 'no' }));
  await page.reload();
  await page.getByText('Your history could not be loaded').waitFor();
  await expectAccessible(page);
  await page.unroute('**/trpc/sessions.history**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Pilot' }).waitFor();
});

it('works by keyboard alone', async () => {
  await using visitor = await visit();
  const { page, ids } = visitor;
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate(() => {
        const { activeElement, body } = document;
        if (!activeElement || activeElement === body) return '';
        return activeElement.getAttribute('aria-label') ?? activeElement.textContent;
      });
      if (name.test(label)) return;
    }
    throw new Error(`Tab never came to ${name}.`);
  };
  await tabTo(/^Delete: Gardener/);
  await page.keyboard.press('Enter');
  await tabTo(/Delete for good/);
  await page.keyboard.press('Enter');
  await page.getByText('2 interviews', { exact: true }).waitFor();
  expect(await viva.deps.db.prisma.session.count({ where: { id: ids[1] ?? '' } })).toBe(0);
});

it.each([
  { dark: false, phone: false },
  { dark: true, phone: true },
])('is accessible, empty and full (dark: $dark, phone: $phone)', async (look) => {
  await using empty = await visit(look, false);
  await expectAccessible(empty.page);
  await using visitor = await visit(look);
  const { page } = visitor;
  await page.getByText('As a table').click();
  await expectAccessible(page);
  await page.getByRole('button', { name: /^Delete: Baker/ }).click();
  await expectAccessible(page);
});
