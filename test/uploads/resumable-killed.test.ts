import { expect, test } from 'vitest';
import { createTestWorld } from '../support/server-world.ts';
import { senderOf, speech } from './support/resumable.ts';

test('what was acknowledged survives a server that is killed', { timeout: 60_000 }, async () => {
  await using world = await createTestWorld();
  const doomed = await world.start();
  const { token, viva } = await doomed.signIn();
  const session = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const questionId = session.questions[0]?.id ?? expect.fail('no question');
  const sender = senderOf(doomed.url, token);
  const bytes = speech();
  const path = await sender.begun(bytes.length, questionId);
  expect((await sender.patch(path, 0, bytes.subarray(0, 50_000))).status).toBe(204);
  const socket = await sender.sendSlowly(path, 50_000, bytes, 70_000);
  await doomed.kill('SIGKILL');
  socket.destroy();

  await world.start({ PORT: new URL(doomed.url).port });
  const offset = await sender.offsetOf(path);
  expect(offset).toBeGreaterThanOrEqual(50_000);
  const end = await sender.patch(path, offset, bytes.subarray(offset));
  expect(end.status).toBe(200);
  const stored = await viva.fetchAudio(JSON.parse(end.body.toString()).audio.url);
  expect(Buffer.from(await stored.arrayBuffer()).equals(bytes)).toBe(true);
});
