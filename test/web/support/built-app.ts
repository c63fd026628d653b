import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exclusively } from './exclusively.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
export const builtFolder = join(root, 'dist/web');
/** What the app is made from. */
const sources = [
  'src/web',
  'src/client.ts',
  'src/upload-progress.ts',
  'src/live-words.ts',
  'src/resumable-upload.ts',
  'src/interview',
  'src/speech/voices.ts',
  'src/trpc',
  'package-lock.json',
];

let done: Promise<void> | undefined;

/** Builds the web app where the server serves it from, unless that is what lies there already. */
export function buildApp(): Promise<void> {
  done ??= exclusively('web-build', async () => {
    const wanted = await hashOfSources();
    const stamp = join(builtFolder, 'built-from');
    if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return; // not built yet: no stamp
    await publish();
    await writeFile(stamp, wanted);
  });
  return done;
}

/** Files of an older build stay: pages that are open in another test run still ask for them. */
async function publish(): Promise<void> {
  const fresh = await mkdtemp(join(tmpdir(), 'viva-web-'));
  try {
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const options = { cwd: root, env: { ...process.env, NODE_ENV: 'production' } };
    await promisify(execFile)(process.execPath, [vite, 'build', 'src/web', '--outDir', fresh], options).catch(
      (error) => {
        throw new Error(`The web app does not build:\n${error.stderr}`); // without the stack of the bundler
      },
    );
    await cp(join(fresh, 'assets'), join(builtFolder, 'assets'), { recursive: true });
    for (const name of ['index.html.br', 'index.html.gz', 'index.html']) {
      const beside = join(builtFolder, `.${name}`);
      await cp(join(fresh, name), beside);
      await rename(beside, join(builtFolder, name));
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    const names = /\.\w+$/.test(source) ? [''] : (await readdir(path, { recursive: true })).sort();
    for (const name of names) {
      const bytes = await readFile(join(path, name)).catch(() => null); // a folder
      if (bytes) hash.update(join(source, name)).update(bytes);
    }
  }
  return hash.digest('hex');
}
