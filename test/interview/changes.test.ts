import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { createNotifications } from '../../src/db/notifications.ts';
import { createChanges } from '../../src/interview/changes.ts';
import { createTestDatabase } from '../support/database.ts';
import { quiet } from '../support/quiet.ts';

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

/** What two servers on one database have of it. */
async function twoServers() {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await createTestDatabase());
  const pool = opened.adopt(new pg.Pool({ connectionString: url, max: 2 }), (open) => open.end());
  const server = () => {
    const notifications = createNotifications({ url, pool, log: quiet });
    opened.defer(() => notifications.close());
    return { notifications, changes: createChanges(notifications) };
  };
  const servers = [server(), server()] as const;
  const listeners = `select 1 from pg_stat_activity
    where application_name = 'viva-listen' and datname = current_database() and state = 'idle' and query ilike 'listen%'`;
  await vi.waitFor(async () => expect((await pool.query(listeners)).rowCount).toBe(2), { timeout: 10_000 });
  const stack = opened.move();
  return { servers, pool, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('watchers at another server are told, of a thousand topics at once too', async () => {
  await using both = await twoServers();
  const [here, there] = both.servers;
  const topics = Array.from({ length: 1_000 }, (_, index) => `evaluation:00000000-0000-7000-8000-${index}`);
  const watchers = topics.map((topic) => there.changes.watch(topic, patience));
  await Promise.all(watchers.map((watcher) => watcher.next()));
  const woken = watchers.map((watcher) => watcher.next());
  for (const topic of topics) for (let times = 0; times < 3; times++) here.changes.touch(topic);
  for (const { done } of await Promise.all(woken)) expect(done).toBe(false);
});

test('nobody hears what it told itself, and what does not fit is refused', async () => {
  await using both = await twoServers();
  const [here, there] = both.servers;
  const heard: string[] = [];
  for (const [name, { notifications }] of Object.entries({ here, there })) {
    notifications.listen('turns', { told: (text) => heard.push(`${name} ${text}`), missed() {} });
  }
  const long = 'ü'.repeat(3_950);
  for (const text of [long, 'second', 'second']) here.notifications.notify('turns', text);
  await vi.waitFor(() => expect(heard).toContain('there second'));
  there.notifications.notify('turns', 'answer');
  await vi.waitFor(() => expect(heard).toContain('here answer'));
  expect(heard).toEqual([`there ${long}`, 'there second', 'here answer']);
  expect(() => here.notifications.notify('turns', `${long}!`)).toThrow('7,900 bytes');
  expect(() => here.notifications.notify('turns', 'two\nlines')).toThrow('one line');
});
