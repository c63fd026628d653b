import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { sampleAnswers } from '../../src/demo/samples/answers.ts';
import { startServerProcess } from '../../src/demo/server-process.ts';
import { encode, speechLike } from '../support/audio-fixtures.ts';
import { demoPlace } from './demo-command.ts';

/** Each starts a server with a PostgreSQL of its own. */
const patience = { timeout: 90_000 };

const isServed = (url: string) =>
  fetch(`${url}/health/live`).then(
    () => true,
    () => false,
  );

test(
  'from any folder: the whole interview, its scores with quotes, its audio on disk, and nothing left running',
  patience,
  async () => {
    await using place = await demoPlace();
    const { code, stdout, stderr } = await place.start().ended;
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });

    expect(stdout).toMatch(/OFFLINE DEMO .*\n[\s\S]*OPENAI_API_KEY=/);
    expect(stdout).toContain('4 questions written for: Backend Engineer');
    for (const number of [1, 2, 3, 4]) {
      expect(stdout).toMatch(new RegExp(`✓ Question ${number} spoken: \\d+\\.\\d s of MP3`));
      expect(stdout).toMatch(new RegExp(`✓ Answer ${number} kept and transcribed: `));
      expect(stdout).toMatch(new RegExp(`\\n {2}${number}\\. .+\\n {5}Score \\d+ of 100\\n {6}at \\d:\\d\\d “`));
    }
    for (const format of ['MP3', 'WAV', 'WebM/Opus', 'M4A'])
      expect(stdout).toMatch(new RegExp(`transcribed: ${format}, `));
    expect(stdout).toContain('4 of 4 done');
    expect(stdout).toMatch(/Strength: .+/);
    expect(stdout).toMatch(/Tip: .+/);
    expect(stdout).toMatch(/Average score: \d+ of 100/);
    expect(stdout).toMatch(/When \(UTC\) +Job +Answered +Scores +Average\n.+4 of 4/);
    expect(stdout).toMatch(/npm start.*http:\/\/localhost:3001/);
    // Not a terminal: no colours, no cursor movements.
    expect(stdout).not.toContain('\u001b');

    const audio = /audio lies in (.+)/.exec(stdout)?.[1] ?? '';
    expect(await readdir(join(audio, 'questions'))).toHaveLength(4);
    expect((await readdir(join(audio, 'answers'))).map((name) => name.split('.').at(-1)).sort()).toEqual(
      sampleAnswers.map(({ file }) => file.split('.').at(-1)).sort(),
    );
    expect(await isServed(/started at (http\S+?),/.exec(stdout)?.[1] ?? '')).toBe(false);
    expect(await place.processes()).toEqual([]);
  },
);

test(
  'on a server that runs already, with recordings of one’s own that it cannot use or understand',
  patience,
  async () => {
    await using place = await demoPlace();
    const server = await startServerProcess();
    try {
      await writeFile(join(place.path, '1-hum.ogg'), await encode(speechLike(2_000), 'ogg'));
      await writeFile(join(place.path, '2-letter.mp3'), 'Dear Sir or Madam, this is no sound.');
      await writeFile(join(place.path, 'notes.txt'), 'left alone');
      await vi.waitUntil(() => isServed(server.url), { timeout: 60_000, interval: 200 });
      const { code, stdout } = await place.start('--url', `${server.url}/`, '--recordings', '.').ended;
      expect(code, stdout).toBe(0);
      expect(stdout).toContain(`Server found at ${server.url}`);
      expect(stdout).toMatch(/Answer 1 kept: OGG/);
      expect(stdout).toContain('cannot recognise human speech');
      expect(stdout).not.toMatch(/Score \d+ of 100/);
      expect(stdout).toMatch(/✗ Answer 2: 2-letter\.mp3 was not accepted: .+/);
      expect(stdout).toContain(`lies on the server at ${server.url}`);
      expect(await isServed(server.url)).toBe(true);
    } finally {
      await server.stop('finished');
      await rm(server.folder, { recursive: true, force: true });
    }
  },
);

test('Ctrl-C while the server is still starting leaves nothing running', patience, async () => {
  await using place = await demoPlace();
  const demo = place.start();
  await demo.printed('Viva: a whole spoken interview');
  demo.child.kill('SIGINT');
  const { code, stdout } = await demo.ended;
  expect(code, stdout).toBe(130);
  expect(await place.processes()).toEqual([]);
});

test('a reader that leaves (| head) ends it in order', patience, async () => {
  await using place = await demoPlace();
  const demo = place.start();
  await demo.printed('Server started at ');
  demo.child.stdout?.destroy();
  const { code, stderr } = await demo.ended;
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
  expect(await place.processes()).toEqual([]);
});

test('a server that cannot start is told with its own words', patience, async () => {
  await using place = await demoPlace({ OPENAI_BASE_URL: 'nonsense' });
  const { code, stdout } = await place.start().ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ The demo failed: The server stopped by itself\.\n[\s\S]*OPENAI_BASE_URL must be an http/);
});

test('a demo that is killed takes its server and its database with it', patience, async () => {
  await using place = await demoPlace();
  const demo = place.start();
  const output = await demo.printed('Server started at ');
  const url = /started at (http\S+?),/.exec(output)?.[1] ?? '';
  expect(await isServed(url)).toBe(true);
  expect((await place.processes()).length).toBeGreaterThan(0);
  demo.child.kill('SIGKILL');
  await vi.waitUntil(async () => !(await isServed(url)) && (await place.processes()).length === 0, {
    timeout: 30_000,
    interval: 200,
  });
});

test.each([
  [['--loud'], /--loud/],
  [['--url', 'nowhere'], /--url needs an address/],
  [['--after-shutdown', '--url', 'http://127.0.0.1:9'], /--after-shutdown starts a server of its own/],
  [['--after-shutdown', '--live'], /--after-shutdown .* holds both/],
  [['--recordings', 'missing'], /--recordings: the folder .*missing cannot be read/],
  [['--recordings', '.'], /--recordings: no mp3, wav, .* file in /],
])('%j is refused in one line, before anything starts', async (args, message) => {
  await using place = await demoPlace();
  const { code, stdout, stderr } = await place.start(...args).ended;
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(await readdir(place.path)).toEqual([]);
});

test('--help shows the options', async () => {
  await using place = await demoPlace();
  const { code, stdout } = await place.start('--help').ended;
  expect(code).toBe(0);
  for (const option of ['--live', '--after-shutdown', '--url', '--recordings', '--help', 'OPENAI_API_KEY'])
    expect(stdout).toContain(option);
});

test('an address where nothing answers is told in one line', patience, async () => {
  await using place = await demoPlace();
  const { code, stdout } = await place.start('--url', 'http://127.0.0.1:9').ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ .*No server answers at http:\/\/127\.0\.0\.1:9\. .+/);
});
