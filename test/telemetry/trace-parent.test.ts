import { trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { traceParentOf } from '../../src/telemetry/trace-parent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const read = (header: string | string[] | undefined) => trace.getSpanContext(traceParentOf(header));

test.each([
  [`00-${traceId}-${spanId}-01`, 1],
  [`00-${traceId}-${spanId}-00`, 0],
  // Of flags only the lowest is known; of later versions, what follows.
  [`00-${traceId}-${spanId}-ff`, 1],
  [`cc-${traceId}-${spanId}-01-what-comes-later`, 1],
])('%s is read', (header, traceFlags) => {
  expect(read(header)).toEqual({ traceId, spanId, traceFlags, isRemote: true });
});

test.each([
  undefined,
  '',
  'no trace at all',
  `ff-${traceId}-${spanId}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-01-more`,
  `${'0'.repeat(100_000)}`,
])('%s begins a new trace', (header) => {
  expect(read(header)).toBeUndefined();
});

test('of two, neither is taken', () => {
  expect(read([`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`])).toBeUndefined();
});
