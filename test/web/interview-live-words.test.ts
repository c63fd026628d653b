import OpenAI from 'openai';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPcmCutter } from '../../src/web/recording/pcm.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { expectAccessible } from './support/accessible.ts';
import { launchBrowser, type TestBrowser } from './support/browser.ts';
import { openInterview } from './support/interviewee.ts';
import { layoutShifts } from './support/layout-shift.ts';

const words = 'I baked bread for ten years, and then I built the ovens.';

let viva: Viva;
let browser: TestBrowser;
let speech: string;
beforeAll(async () => {
  [viva, browser] = await Promise.all([startViva(), launchBrowser()]);
  const { url: baseURL, apiKey } = viva.upstream;
  const voice = { model: 'tts-1', voice: 'onyx', input: words, response_format: 'pcm' } as const;
  const spoken = await new OpenAI({ baseURL, apiKey }).audio.speech.create(voice);
  speech = Buffer.from(await spoken.arrayBuffer()).toString('base64');
}, 120_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await viva?.close();
});

/**
 * A microphone at 24 kHz that hears this over and over: the stand-in understands its own voice by its very samples, and
 * those that a file is played from are resampled on the way.
 */
const speakIntoMicrophone = (page: Page) =>
  page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const samples = new Int16Array(bytes.buffer);
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext({ sampleRate: 24_000 });
      const sound = context.createBuffer(1, samples.length, 24_000);
      sound.copyToChannel(
        Float32Array.from(samples, (sample) => sample / 32_768),
        0,
      );
      const microphone = context.createMediaStreamDestination();
      const source = new AudioBufferSourceNode(context, { buffer: sound, loop: true });
      source.connect(microphone);
      source.start();
      return microphone.stream;
    };
  }, speech);

it('shows the words while they are spoken, and records all the same', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1, phone: true });
  const { page, client, session, problems } = visitor;
  await speakIntoMicrophone(page);
  await page.getByRole('button', { name: 'Record the answer' }).click();
  await page.locator('.live-words-text', { hasText: 'I baked bread for ten years' }).waitFor();
  await page.getByText('As it is heard just now').waitFor();
  await expectAccessible(page);
  expect(await page.locator('[aria-live=polite]').textContent()).not.toContain('baked');
  // Nobody is talked over: it is read out in a pause.
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('[aria-live=polite]', { hasText: 'I baked bread' }).waitFor({ state: 'attached' });
  const shown = await page.locator('.live-words-text').textContent();
  expect(await layoutShifts(page)).toEqual([]);
  await page.getByRole('button', { name: 'I have finished' }).click();
  await page.getByRole('heading', { name: 'Listen back' }).waitFor();
  expect(shown).toContain('ten years');
  expect((await client.answers.list.query({ sessionId: session.id })).items).toEqual([]);
  expect(problems).toEqual([]);
});

it('records without words where nobody listens, and says nothing of it', async () => {
  await using visitor = await openInterview(viva, browser, { questionCount: 1 });
  const { page } = visitor;
  viva.upstream.failNext('realtime', { status: 403 });
  const refused = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('close'));
  await page.getByRole('button', { name: 'Record the answer' }).click();
  await refused;
  await page.locator('.recorder-clock', { hasText: '0:01' }).waitFor();
  expect(await page.locator('.live-words-note').isVisible()).toBe(false);
  expect(await page.getByRole('alert').textContent()).toBe('');
  await page.getByRole('button', { name: 'I have finished' }).click();
  await page.getByRole('button', { name: 'Send this answer' }).waitFor();
});

it.each([24_000, 44_100, 48_000, 16_000])('cuts sound of %i Hz into tenths of a second', (rate) => {
  const pieces: Int16Array[] = [];
  const cut = createPcmCutter(rate, (pcm) => pieces.push(new Int16Array(pcm)));
  const tone = (samples: number, at: number) =>
    Float32Array.from({ length: samples }, (_, index) => Math.sin((2 * Math.PI * 200 * index) / at) / 2);
  const sound = tone(rate, rate);
  for (let start = 0; start < rate; start += 128) cut(sound.subarray(start, start + 128));
  expect(pieces.map(({ length }) => length)).toEqual(Array(pieces.length).fill(2_400));
  expect(pieces.length).toBeGreaterThanOrEqual(9);
  const wanted = tone(24_000, 24_000);
  const worst = pieces
    .flatMap((piece) => [...piece])
    .reduce((most, sample, index) => Math.max(most, Math.abs(sample / 32_768 - (wanted[index] ?? 0))), 0);
  expect(worst).toBeLessThan(rate === 24_000 ? 0.0001 : 0.03);
});

it('leaves samples of the right rate as they are', () => {
  const samples = Int16Array.from({ length: 2_400 }, () => Math.round(Math.random() * 65_535 - 32_768));
  let cut = new Int16Array();
  createPcmCutter(24_000, (pcm) => {
    cut = new Int16Array(pcm);
  })(Float32Array.from(samples, (sample) => sample / 32_768));
  expect(cut).toEqual(samples);
});
