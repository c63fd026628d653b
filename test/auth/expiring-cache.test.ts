import { expect, test } from 'vitest';
import { expiringCache } from '../../src/auth/expiring-cache.ts';

test('forgets what has expired, at that very millisecond', () => {
  const clock = { nowMs: 0 };
  const cache = expiringCache<number>({ max: 10, clock: () => clock.nowMs });
  cache.set('a', 1, 100);
  clock.nowMs = 99;
  expect(cache.get('a')).toBe(1);
  clock.nowMs = 100;
  expect(cache.get('a')).toBeUndefined();
});

test('never holds more than its bound and drops what was unused for longest', () => {
  const cache = expiringCache<number>({ max: 2, clock: () => 0 });
  cache.set('a', 1, 1);
  cache.set('b', 2, 1);
  cache.get('a');
  cache.set('c', 3, 1);
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
});
