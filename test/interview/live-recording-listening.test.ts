import { expect, test } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import { startListening } from '../../src/interview/live-recording/listening.ts';
import type { LiveTranscription } from '../../src/speech/live-transcriber.ts';

/** A recording on disk, and somebody upstream who takes as much of it as he is told to. */
function scene({ from = 0 } = {}) {
  const upstream = { heard: [] as number[], bufferedBytes: 0, finished: 0 };
  const closed = Promise.withResolvers<DomainError | null>();
  const transcription: LiveTranscription = {
    model: 'gpt-live-transcribe',
    text: '',
    receive: () => {},
    hear: (pcm) => void upstream.heard.push(...pcm),
    get bufferedBytes() {
      return upstream.bufferedBytes;
    },
    async finish() {
      upstream.finished += 1;
      return 'All of it.';
    },
    close: () => closed.resolve(null),
    closed: closed.promise,
  };
  const opening = Promise.withResolvers<LiveTranscription>();
  const disk: number[] = [];
  const lost: DomainError[] = [];
  const listening = startListening({
    from,
    open: () => opening.promise,
    read: async (offset, bytes) => Uint8Array.from(disk.slice(offset, offset + bytes)),
    written: () => disk.length,
    onWords: () => {},
    onLost: (error) => lost.push(error),
  });
  /** Recorded and offered at once, then written. */
  const record = (...bytes: number[]) => {
    listening.offer(Uint8Array.from(bytes), disk.length);
    disk.push(...bytes);
    listening.catchUp();
  };
  return { upstream, listening, lost, record, open: () => opening.resolve(transcription), fail: closed.resolve };
}

test('an upstream that opens late, lags and catches up hears every byte once, in order', async () => {
  const { upstream, listening, record, open } = scene();
  record(1, 2, 3, 4);
  open();
  await expect.poll(() => upstream.heard).toEqual([1, 2, 3, 4]);
  record(5, 6);
  expect(upstream.heard).toEqual([1, 2, 3, 4, 5, 6]);
  upstream.bufferedBytes = Number.POSITIVE_INFINITY;
  record(7, 8);
  record(9, 10);
  const finished = listening.finish(10, 30_000);
  expect(upstream.heard.length).toBe(6);
  upstream.bufferedBytes = 0;
  expect(await finished).toBe('All of it.');
  expect(upstream.heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('what was heard before is not heard again', async () => {
  const { upstream, record, open } = scene({ from: 2 });
  open();
  record(1, 2, 3, 4);
  await expect.poll(() => upstream.heard).toEqual([3, 4]);
});

test('an upstream that never catches up is given up, and told once', async () => {
  const { upstream, listening, lost, record, open } = scene();
  open();
  upstream.bufferedBytes = Number.POSITIVE_INFINITY;
  record(1, 2);
  expect(await listening.finish(2, 20)).toBeNull();
  expect(await listening.finish(2, 20)).toBeNull();
  expect(lost.map(({ code }) => code)).toEqual(['upstream_timeout']);
  expect([upstream.heard, upstream.finished, listening.lost]).toEqual([[], 0, true]);
});

test('one that breaks off ends the wait for its words', async () => {
  const { listening, lost, record, open, fail } = scene();
  open();
  record(1, 2);
  const broken = new DomainError('upstream_failed', 'The connection was lost.');
  fail(broken);
  await expect.poll(() => lost).toEqual([broken]);
  expect(await listening.finish(2, 30_000)).toBeNull();
  record(3, 4);
});

test('after leaving nothing is told any more', async () => {
  const { listening, lost, open, upstream, record } = scene();
  listening.close();
  open();
  record(1, 2);
  expect(await listening.finish(2, 20)).toBeNull();
  expect([lost, upstream.heard]).toEqual([[], []]);
});
