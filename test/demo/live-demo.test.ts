import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureMp3 } from '../../src/demo/live/one-mp3.ts';
import { sampleAnswers, sampleFarewell } from '../../src/demo/samples/answers.ts';
import { streamWords } from '../../src/demo/word-stream.ts';
import { encode, speechLike } from '../support/audio-fixtures.ts';
import { demoPlace } from './demo-command.ts';

const samples = new URL('../../src/demo/samples/', import.meta.url);
/** Each starts a server with a PostgreSQL of its own. */
const patience = { timeout: 120_000 };

test(
  'five spoken turns, each answered aloud while the rest is still spoken, and their latencies',
  patience,
  async () => {
    await using place = await demoPlace();
    const { code, stdout, stderr } = await place.start('--live').ended;
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });

    expect(stdout).toContain('Interviewer: Welcome');
    const said = [...sampleAnswers, sampleFarewell];
    for (const [index, { file, words }] of said.entries()) {
      const turn = stdout.split(`\nTurn ${index + 1}\n`)[1]?.split('\n\n')[0];
      expect(turn).toContain(`✓ Said and transcribed: ${file}`);
      expect(turn).toContain(`“${words.slice(0, 40)}`);
      expect(turn).toMatch(/Interviewer: .{10}/);
      const [, first, last] =
        /Heard: \d+\.\d s in one MP3, \d+ kB; first byte after (\d+) ms, last after (\d+) ms/.exec(turn ?? '') ?? [];
      // Printed in whole milliseconds, which both may share; that it is heard while it grows has a test without a clock.
      expect(Number(first)).toBeLessThanOrEqual(Number(last));
      expect(/✓ Interrupted after \d\.\d s.+\n +Interviewer: (\S+ ){1,5}–/.test(turn ?? '')).toBe(index === 1);
    }
    // Asked to, the interviewer takes leave.
    expect(stdout).toMatch(/Thank you for the conversation/);

    const figure = String.raw` +\d+ ms`;
    expect(stdout).toMatch(/Turn +Upload +Transcribed +First token +First clause +First audio +Heard here\n/);
    expect(stdout).toMatch(new RegExp(`\\n +opening +- +-${figure.repeat(4)}\\n`));
    for (const turn of [1, 3, 4, 5]) expect(stdout).toMatch(new RegExp(`\\n +${turn}${figure.repeat(6)}\\n`));
    expect(stdout).toMatch(/6 replies, each fetched once; \d+ events over one subscription, none of them twice/);
    expect(stdout).toContain('Next: npm start');
    expect(stdout).not.toContain('\u001b');

    const audio = /audio lies in (.+)/.exec(stdout)?.[1] ?? '';
    expect(await readdir(join(audio, 'answers'))).toHaveLength(said.length);
    const replies = await readdir(join(audio, 'replies'));
    expect(replies).toHaveLength(6);
    for (const reply of replies)
      expect(measureMp3(await readFile(join(audio, 'replies', reply)))).toBeGreaterThan(1_000);
    expect(await place.processes()).toEqual([]);
  },
);

test('recordings of one’s own that cannot be used or understood do not end the conversation', patience, async () => {
  await using place = await demoPlace();
  await writeFile(join(place.path, '1-hum.ogg'), await encode(speechLike(2_000), 'ogg'));
  await writeFile(join(place.path, '2-letter.mp3'), 'Dear Sir or Madam, this is no sound.');
  await copyFile(new URL(sampleAnswers[0].file, samples), join(place.path, '3-background.mp3'));
  const { code, stdout } = await place.start('--live', '--recordings', '.').ended;
  expect(code, stdout).toBe(0);
  expect(stdout.match(/✗ 1-hum\.ogg was not accepted: .*offline demo.+/g)).toHaveLength(2);
  expect(stdout.match(/✗ 2-letter\.mp3 was not accepted: .+/g)).toHaveLength(2);
  expect(stdout).toMatch(/✓ Said and transcribed: 3-background\.mp3/);
  expect(stdout).toMatch(/2 replies, each fetched once/);
});

test('an MP3 behind another, one that is cut, and what is none are told from one MP3', async () => {
  const mp3 = new Uint8Array(await readFile(new URL(sampleFarewell.file, samples)));
  expect(measureMp3(mp3)).toBeGreaterThan(1_000);
  expect(() => measureMp3(new Uint8Array(Buffer.concat([mp3, mp3])))).toThrow(`from byte ${mp3.length}`);
  expect(() => measureMp3(mp3.subarray(0, -5))).toThrow('middle of a frame');
  expect(() => measureMp3(new Uint8Array())).toThrow('no sound');
  expect(() => measureMp3(new TextEncoder().encode('Dear Sir or Madam'))).toThrow('no MP3 from byte 0');
});

test('words are printed when they are complete, within the columns', () => {
  let out = '';
  const words = streamWords((text) => (out += text), { indent: 2, columns: 10 });
  words.add('one tw');
  expect(out).toBe('  one');
  words.add('o three incomprehensibilities\n4');
  words.end();
  expect(out).toBe('  one two\n  three\n  incomprehensibilities\n  4\n');
});
