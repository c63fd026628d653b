import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const web = join(source, 'web');

/** What a file imports from the server's rooms other than by `import type` or `export type`. */
function serverImports(path: string, text: string): string[] {
  const imports = text.matchAll(/^\s*(?:import|export)\b(?!\s+type\b)[^;'"]*?(?:from\s*)?['"](\.[^'"]+)['"]/gm);
  const dynamic = text.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]/g);
  return [...imports, ...dynamic]
    .map(([, target = '']) => resolve(path, '..', target))
    .filter((target) => relative(web, target).startsWith('..') && target !== join(source, 'client.ts'))
    .map((target) => `${relative(source, path)} imports ${relative(source, target)}`);
}

it('finds imports of server code', () => {
  const page = join(web, 'pages/start/page.tsx');
  const found = (text: string) => serverImports(page, text).length;
  expect(found("import { x } from '../../../auth/users.ts';")).toBe(1);
  expect(found("import {\n  x,\n} from '../../../auth/users.ts';")).toBe(1);
  expect(found("import { type X } from '../../../auth/users.ts';")).toBe(1);
  expect(found("export { x } from '../../../auth/users.ts';")).toBe(1);
  expect(found("import '../../../auth/users.ts';")).toBe(1);
  expect(found("const x = await import('../../../auth/users.ts');")).toBe(1);
  expect(found("import type { X } from '../../../auth/users.ts';")).toBe(0);
  expect(found("import { createVivaClient } from '../../../client.ts';")).toBe(0);
  expect(found("import { Page } from '../../components/page.tsx';")).toBe(0);
});

it('imports nothing of the server but types and the client', async () => {
  const names = await readdir(web, { recursive: true });
  const files = names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(web, name));
  expect(files.length).toBeGreaterThan(20);
  const found = await Promise.all(files.map(async (path) => serverImports(path, await readFile(path, 'utf8'))));
  expect(found.flat()).toEqual([]);
});
