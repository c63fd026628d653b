import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { freePort, startServerProcess } from '../jobs/support/server-process.ts';
import { createTestDatabase } from '../support/database.ts';
import { senderOf, speech } from './support/resumable.ts';

test('what was acknowledged survives a server that is killed', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'viva-killed-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const database = cleanup.use(await createTestDatabase());
  const environment = {
    PORT: String(await freePort()),
    DATABASE_URL: database.url,
    VIVA_DATA_PATH: join(folder, 'data'),
    AUDIO_STORAGE_PATH: join(folder, 'audio'),
  };
  const doomed = cleanup.use(await startServerProcess(environment));
  const { token } = await createVivaClient({ url: doomed.url }).auth.guest.mutate();
  const viva = createVivaClient({ url: doomed.url, token });
  await viva.auth.consent.mutate();
  const session = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const questionId = session.questions[0]?.id ?? expect.fail('no question');
  const sender = senderOf(doomed.url, token);
  const bytes = speech();
  const path = await sender.begun(bytes.length, questionId);
  expect((await sender.patch(path, 0, bytes.subarray(0, 50_000))).status).toBe(204);
  const socket = await sender.sendSlowly(path, 50_000, bytes, 70_000);
  await doomed.kill();
  socket.destroy();

  cleanup.use(await startServerProcess(environment));
  const offset = await sender.offsetOf(path);
  expect(offset).toBeGreaterThanOrEqual(50_000);
  const end = await sender.patch(path, offset, bytes.subarray(offset));
  expect(end.status).toBe(200);
  const stored = await viva.fetchAudio(JSON.parse(end.body.toString()).audio.url);
  expect(Buffer.from(await stored.arrayBuffer()).equals(bytes)).toBe(true);
});
