import { expect, test } from 'vitest';
import { type Applicant, createAdmission, type Release } from '../../src/models/admission.ts';

const live = (owner: string): Applicant => ({ owner, urgent: true });
const job = (owner: string): Applicant => ({ owner, urgent: false });
const never = new AbortController().signal;

/** Lets everybody in turn enter, and notes the order in which they get in. */
function crowd(places: number, waiting = 100) {
  const admission = createAdmission({ places, waiting });
  const entered: string[] = [];
  const inside: Release[] = [];
  const come = async (name: string, applicant: Applicant, signal = never) => {
    const got = admission.enter(applicant, signal);
    if (typeof got === 'object' && 'full' in got) return got.full;
    const release = await got;
    entered.push(name);
    inside.push(release);
    return release;
  };
  return { admission, entered, inside, come };
}

test('with room nothing is waited for', () => {
  expect(createAdmission({ places: 1, waiting: 1 }).enter(live('a'), never)).toBeTypeOf('function');
});

test('one user has half of the places at most, and others the rest at once', async () => {
  const { admission, entered, come } = crowd(4);
  for (let number = 1; number <= 10; number++) void come(`a${number}`, live('a'));
  await come('b1', live('b'));
  await come('c1', live('c'));
  expect(entered).toEqual(['a1', 'a2', 'b1', 'c1']);
  expect(admission.counts()).toEqual({ taken: 4, waiting: 8 });
});

test('one user fills half of the queue at most; who comes then still gets in line', async () => {
  const { come } = crowd(2, 4);
  for (const name of ['a1', 'a2', 'a3']) void come(name, live('a'));
  expect(await come('a4', live('a'))).toBe('owner');
  void come('b1', live('b'));
  void come('b2', live('b'));
  void come('b3', live('b'));
  expect(await come('c1', live('c'))).toBe('all');
});

test('a live turn goes before jobs that came earlier, and jobs leave it room', async () => {
  const { admission, entered, inside, come } = crowd(4);
  for (const owner of ['a', 'b', 'c', 'd']) void come(`job of ${owner}`, job(owner));
  await Promise.resolve();
  expect(admission.counts()).toEqual({ taken: 3, waiting: 1 });
  await come('turn of e', live('e'));
  void come('turn of f', live('f'));
  for (const release of inside.splice(0)) release();
  await new Promise(setImmediate);
  expect(entered).toEqual(['job of a', 'job of b', 'job of c', 'turn of e', 'turn of f', 'job of d']);
});

test('whoever has least goes first', async () => {
  const { entered, inside, come } = crowd(2);
  await come('a1', live('a'));
  await come('b1', live('b'));
  for (const name of ['a2', 'a3', 'a4']) void come(name, live('a'));
  void come('c1', live('c'));
  inside[1]?.();
  await new Promise(setImmediate);
  expect(entered).toEqual(['a1', 'b1', 'c1']);
});

test('who leaves the queue is given no place', async () => {
  const { admission, inside, come } = crowd(1);
  await come('a1', live('a'));
  const leaving = new AbortController();
  const left = come('b1', live('b'), leaving.signal);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  inside[0]?.();
  inside[0]?.();
  expect(admission.counts()).toEqual({ taken: 0, waiting: 0 });
});
