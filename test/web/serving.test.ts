import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { webRoutes } from '../../src/http/web.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { buildApp, builtFolder } from './support/built-app.ts';

let viva: Viva;
beforeAll(async () => {
  await buildApp();
  viva = await startViva();
});
afterAll(() => viva?.close());

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, viva.url), { headers });
const scriptsOf = (html: string) =>
  [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');

it('answers / with the page to browsers and with the health line to everything else', async () => {
  const line = await get('/');
  expect(await line.text()).toBe('Voice Agent API is running.');
  expect(line.headers.get('vary')).toContain('Accept');
  const page = await get('/', browser);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('vary')).toMatch(/Accept(,|$)/);
  expect(await page.text()).toContain('<div id="app">');
  expect(await (await get('/', { accept: 'text/html;q=0, application/json' })).text()).toContain('is running');
});

it.each(['/start', '/interview/1', '/live/1', '/results/1', '/history', '/history/', '/account'])(
  'answers %s with the page',
  async (path) => {
    const page = await get(path, browser);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="app">');
    expect((await get(path)).status).toBe(404);
  },
);

it('answers wrong addresses with the page to browsers, and in the shape of the API to everything else', async () => {
  const page = await get('/no/such/page', browser);
  expect(page.status).toBe(404);
  expect(await page.text()).toContain('<div id="app">');
  expect(page.headers.get('etag')).toBeNull();
  for (const answer of [
    await get('/no/such/page'),
    await get('/api/no-such', browser),
    await get('/assets/no.js', browser),
  ]) {
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } });
  }
});

it('lets browsers keep hashed files for good, and asks again for the page', async () => {
  const page = await get('/', browser);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const etag = page.headers.get('etag') ?? '';
  // Node's fetch would say `cache-control: no-cache`, which asks for the whole page.
  const again = await get('/', { ...browser, 'if-none-match': etag, 'cache-control': 'max-age=0' });
  expect(again.status).toBe(304);
  const [script = ''] = scriptsOf(await page.text());
  const file = await get(script, { 'accept-encoding': 'br' });
  expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(file.headers.get('content-encoding')).toBe('br');
  expect(file.headers.get('x-content-type-options')).toBe('nosniff');
  expect(file.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
});

it('says what to run when the app has not been built', async () => {
  await using empty = await mkdtempDisposable(join(tmpdir(), 'viva-unbuilt-'));
  const app = Fastify();
  await app.register(webRoutes, { built: `${empty.path}/` });
  const page = await app.inject({ path: '/history', headers: browser });
  expect(page.statusCode).toBe(503);
  expect(page.body).toContain('npx vite build src/web');
  expect((await app.inject('/')).body).toBe('Voice Agent API is running.');
  await app.close();
});

it('lets only its own files run', async () => {
  const { headers } = await get('/', browser);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain(`connect-src 'self' ws://${new URL(viva.url).host}`);
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(headers.get('permissions-policy')).toContain('microphone=(self)');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('same-origin');
});

it('needs less than 200 kB of compressed JavaScript on the first page', async () => {
  const scripts = scriptsOf(await readFile(join(builtFolder, 'index.html'), 'utf8'));
  expect(scripts.length).toBeGreaterThan(0);
  const files = await Promise.all(scripts.map((path) => readFile(join(builtFolder, path))));
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  expect(bytes).toBeLessThan(200_000);
});
