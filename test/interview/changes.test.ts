import { expect, test } from 'vitest';
import { createChanges } from '../../src/interview/changes.ts';

const patience = AbortSignal.timeout(10_000);

test('a watcher is told at the start and after each change, of its own topic only', async () => {
  const changes = createChanges();
  const watcher = changes.watch('answer:1', patience);
  expect((await watcher.next()).done).toBe(false);
  const next = watcher.next();
  changes.touch('answer:2');
  const early = await Promise.race([next.then(() => 'told'), new Promise((tell) => setImmediate(tell, 'quiet'))]);
  expect(early).toBe('quiet');
  changes.touch('answer:1');
  expect((await next).done).toBe(false);
  await watcher.return(undefined);
});

test('a change while the watcher is busy is not lost, and several are one', async () => {
  const changes = createChanges();
  const watcher = changes.watch('a', patience);
  await watcher.next();
  changes.touch('a');
  changes.touch('a');
  expect((await watcher.next()).done).toBe(false);
  const next = watcher.next();
  const early = await Promise.race([next.then(() => 'told'), new Promise((tell) => setImmediate(tell, 'quiet'))]);
  expect(early).toBe('quiet');
  changes.touch('a');
  await next;
  await watcher.return(undefined);
});

test('every watcher of a topic is told; one that leaves does not take the others along', async () => {
  const changes = createChanges();
  const [one, two] = [changes.watch('a', patience), changes.watch('a', patience)];
  await Promise.all([one.next(), two.next()]);
  const [first, second] = [one.next(), two.next()];
  changes.touch('a');
  await Promise.all([first, second]);
  await one.return(undefined);
  const third = two.next();
  changes.touch('a');
  expect((await third).done).toBe(false);
});

test('it ends when its signal aborts, before the start or while it waits', async () => {
  const changes = createChanges();
  expect(await changes.watch('a', AbortSignal.abort()).next()).toEqual({ done: true, value: undefined });
  const leaving = new AbortController();
  const watcher = changes.watch('a', leaving.signal);
  await watcher.next();
  const waiting = watcher.next();
  leaving.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
