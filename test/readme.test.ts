import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startViva, type Viva } from './support/viva.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const hasCurl = spawnSync('curl', ['--version']).status === 0;

let server: Viva;
let folder: string;
let readme: string;
beforeAll(async () => {
  server = await startViva();
  folder = await mkdtemp(join(tmpdir(), 'viva-readme-'));
  readme = await readFile(join(root, 'README.md'), 'utf8');
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

function example(language: string): string {
  const block = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(readme)?.[1];
  if (!block) throw new Error(`the README has no ${language} example`);
  return block.replaceAll('http://localhost:3001', server.url);
}

test('the typed client example runs as it stands', async () => {
  const file = join(folder, 'try.ts');
  await writeFile(file, example('ts').replace('./src/', `${root}/src/`));
  const { stdout } = await run(process.execPath, [file]);
  expect(stdout.match(/\?|\./g)?.length).toBeGreaterThanOrEqual(3);
});

test.skipIf(!hasCurl)('the walk with curl runs as it stands', async () => {
  const { stdout } = await run('bash', ['-e', '-c', example('sh')], { cwd: folder });
  expect(stdout).toContain('"transcription_status":"done"');
  expect(stdout).toContain('"total_evaluations":1');
  expect(stdout).toContain('"total_sessions":1');
});

test('.env.example names every setting, and as it stands it is a working configuration', async () => {
  const text = await readFile(join(root, '.env.example'), 'utf8');
  const lines = text.split('\n').filter((line) => /^[A-Z][A-Z0-9_]+=/.test(line));
  const settings = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  expect(readConfig(settings)).toEqual(readConfig({}));
  const source = await readFile(join(root, 'src/config.ts'), 'utf8');
  const named = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map((match) => match[1]);
  expect(Object.keys(settings).sort()).toEqual([...new Set(named)].sort());
});
