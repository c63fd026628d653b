import chromium from '@sparticuz/chromium';
import { type BrowserContext, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core';
import { buildApp } from './built-app.ts';
import { exclusively } from './exclusively.ts';

export interface PageOptions {
  dark?: boolean;
  /** 360 px wide, with touch. */
  phone?: boolean;
  /** Of the browser, such as `de-DE`; English unless told otherwise. */
  language?: string;
}

export interface BrowserOptions {
  /** Path of a WAV file (16 bit PCM) that the microphone hears each time it is opened. */
  speech?: string;
  /** Whether it hears the file over and over; otherwise silence follows. */
  loop?: boolean;
  /** Says no when the page asks for the microphone. */
  refuseMicrophone?: boolean;
}

export interface OpenedPage extends AsyncDisposable {
  page: Page;
  context: BrowserContext;
  /** What the browser complained about: errors in the console (refused content among them) and uncaught exceptions. */
  problems: string[];
}

export interface TestBrowser extends AsyncDisposable {
  /** A visitor of their own: nothing is kept from another page. */
  openPage(server: { url: string }, path: string, options?: PageOptions): Promise<OpenedPage>;
}

/**
 * A real Chromium without a window; without `speech` its microphone beeps. Builds the web app first, if need be.
 * Launch one per test file.
 */
export async function launchBrowser({
  speech,
  loop = false,
  refuseMicrophone = false,
}: BrowserOptions = {}): Promise<TestBrowser> {
  await buildApp();
  // Unpacks the browser once per machine; two that do so at once would start half a browser.
  const executablePath = await exclusively('chromium', () => chromium.executablePath());
  const browser = await playwright.launch({
    executablePath,
    args: [
      ...chromium.args.filter((arg) => !/^--(single-process|no-zygote|headless)/.test(arg)),
      '--use-fake-device-for-media-stream',
      `--use-fake-ui-for-media-stream${refuseMicrophone ? '=deny' : ''}`,
      ...(speech ? [`--use-file-for-fake-audio-capture=${speech}${loop ? '' : '%noloop'}`] : []),
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  return {
    openPage: async (server, path, options) => {
      const context = await browser.newContext(contextOptions(options));
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(new URL(path, server.url).href);
      await page.locator('h1').waitFor();
      return { page, context, problems, [Symbol.asyncDispose]: () => context.close() };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function contextOptions({ dark, phone, language = 'en-GB' }: PageOptions = {}): BrowserContextOptions {
  return {
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: language,
    ...(phone
      ? { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
      : { viewport: { width: 1280, height: 900 } }),
  };
}
