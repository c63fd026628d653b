import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { tellSuccessors } from '../../src/demo/after-shutdown.ts';
import { measureMp3 } from '../../src/demo/live/one-mp3.ts';
import { createReport } from '../../src/demo/report.ts';
import { lastTroubles } from '../../src/demo/server-log.ts';
import { demoPlace } from './demo-command.ts';

test('with the older models turned off both demos pass, and it is told which models took over', {
  timeout: 180_000,
}, async () => {
  // Somebody's own settings must not bring the old models back.
  await using place = await demoPlace({
    OPENAI_API_KEY: 'sk-own',
    SPEAK_MODELS: 'tts-1',
    CHAT_BASE_URL: 'http://127.0.0.1:9',
  });
  const { code, stdout, stderr } = await place.start('--after-shutdown').ended;
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  const told = stdout.replace(/\s+/g, ' ');
  expect(told).toMatch(/stand-in plays OpenAI without whisper-1, gpt-4o, gpt-4o-mini-tts, tts-1, tts-1-hd: .*no AI/);

  expect(stdout).toContain('4 of 4 answers evaluated');
  expect(stdout).toMatch(/Average score: \d+ of 100/);
  expect(stdout).toMatch(/6 replies, each fetched once/);
  expect(stdout).not.toContain('✗');

  const took = (capability: string, model: string, instead: string) =>
    expect(stdout).toMatch(new RegExp(`✓ ${capability}: ${model} instead of ${instead} \\(asked [1-9]\\d* times\\)`));
  took('chat', 'gpt-4\\.1-mini', 'gpt-4o');
  took('evaluate', 'gpt-4\\.1-mini', 'gpt-4o');
  took('transcribe', 'gpt-4o-transcribe', 'whisper-1');
  took('speak', 'gpt-realtime-2\\.1-mini', 'tts-1-hd, gpt-4o-mini-tts, tts-1');
  expect(stdout).toMatch(/✓ realtime: gpt-realtime /);

  const log = await lastTroubles(/log tell: (.+)/.exec(stdout)?.[1] ?? '', 100);
  expect(log.filter((line) => line.includes('takes over')).length).toBeGreaterThanOrEqual(4);
  expect(log.filter((line) => line.includes('other words'))).toEqual([]);

  const audio = /audio lies in (.+)/.exec(stdout)?.[1] ?? '';
  for (const kind of ['questions', 'replies']) {
    for (const name of await readdir(join(audio, kind)))
      expect(measureMp3(await readFile(join(audio, kind, name)))).toBeGreaterThan(1_000);
  }
  expect(await place.processes()).toEqual([]);
});

test.each([
  ['a model that was turned off is still used', 'whisper-1', '', /transcribe still relies on whisper-1/],
  ['the log is silent', 'gpt-transcribe', '', /The log does not say that gpt-transcribe took over/],
])('it fails when %s', async (_name, model, log, message) => {
  const folder = await mkdtemp(join(tmpdir(), 'viva-demo-test-'));
  const logFile = join(folder, 'server.log');
  await writeFile(logFile, log);
  const transcribe = { model, preferred: ['whisper-1', 'gpt-transcribe'], host: 'upstream' };
  const answer = JSON.stringify({ status: 'ready', offlineDemo: [], models: { transcribe } });
  const server = createServer((_request, response) => response.end(answer)).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const address = z.object({ port: z.number() }).parse(server.address());
    const place = { url: `http://127.0.0.1:${address.port}`, logFile };
    await expect(tellSuccessors({ calls: new Map() }, place, createReport())).rejects.toThrow(message);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
});
