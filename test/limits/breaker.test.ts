import { APIError } from 'openai';
import { expect, test } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import { type CallOutcome, createBreaker, outcomeOf } from '../../src/models/breaker.ts';
import { CallCancelled, DeadlineExceeded } from '../../src/models/deadline.ts';
import { InvalidReply } from '../../src/models/upstream-errors.ts';

function broken() {
  const clock = { ms: 0 };
  const breaker = createBreaker({ failures: 3, openMs: 1_000, longestOpenMs: 3_000, now: () => clock.ms });
  const calls = (...outcomes: CallOutcome[]) => {
    for (const outcome of outcomes) breaker.pass().end(outcome);
  };
  return { clock, breaker, calls };
}

test('opens after failures in a row only, and tells for how long', () => {
  const { breaker, calls } = broken();
  calls('failed', 'failed', 'ok', 'failed', 'left', 'failed');
  expect(breaker.refusesForMs()).toBeNull();
  calls('failed');
  expect(breaker.refusesForMs()).toBe(1_000);
});

test('then lets one call try: when it works, all may', () => {
  const { clock, breaker, calls } = broken();
  calls('failed', 'failed', 'failed');
  clock.ms = 1_000;
  expect(breaker.refusesForMs()).toBeNull();
  const trying = breaker.pass();
  expect(breaker.refusesForMs()).toBeGreaterThan(0);
  trying.answered();
  expect(breaker.refusesForMs()).toBeNull();
  trying.end('failed');
  expect(breaker.refusesForMs()).toBeNull();
});

test('when it fails, twice as long as before, up to a bound', () => {
  const { clock, breaker, calls } = broken();
  calls('failed', 'failed', 'failed');
  const waits: unknown[] = [];
  for (let round = 0; round < 3; round++) {
    clock.ms += breaker.refusesForMs() ?? 0;
    breaker.pass().end('failed');
    waits.push(breaker.refusesForMs());
  }
  expect(waits).toEqual([2_000, 3_000, 3_000]);
});

test('when whoever tries leaves, another one may', () => {
  const { clock, breaker, calls } = broken();
  calls('failed', 'failed', 'failed');
  clock.ms = 1_000;
  breaker.pass().end('left');
  expect(breaker.refusesForMs()).toBeNull();
  breaker.pass().end('ok');
  calls('failed', 'failed');
  expect(breaker.refusesForMs()).toBeNull();
});

test('what began before it opened neither closes nor prolongs it', () => {
  const { breaker, calls } = broken();
  const [slow, slower] = [breaker.pass(), breaker.pass()];
  calls('failed', 'failed', 'failed');
  slow.end('ok');
  slower.end('failed');
  expect(breaker.refusesForMs()).toBe(1_000);
});

const answered = (status: number, code?: string) =>
  APIError.generate(status, { error: { message: 'no', code } }, 'no', new Headers());

test.each<[string, unknown, CallOutcome]>([
  ['a timeout', new DeadlineExceeded(5), 'failed'],
  ['500', answered(500), 'failed'],
  ['429', answered(429), 'failed'],
  ['429 for want of credit', answered(429, 'insufficient_quota'), 'ok'],
  ['no sense', new InvalidReply('?'), 'failed'],
  ['400', answered(400), 'ok'],
  ['401', answered(401), 'ok'],
  ['a retired model', answered(404, 'model_not_found'), 'left'],
  ['a caller who left', new CallCancelled('gone'), 'left'],
  [
    'a caller whose own time was up',
    new CallCancelled('gone', { cause: new DOMException('', 'TimeoutError') }),
    'left',
  ],
  ['a recording that cannot be read', new DomainError('internal', 'no'), 'left'],
  ['no model left', new DomainError('unavailable', 'no'), 'left'],
  ['a refusal to answer', new DomainError('upstream_refused', 'no'), 'ok'],
])('%s', (_what, error, outcome) => expect(outcomeOf(error)).toBe(outcome));
