import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';

const nanosecond = 1e-9;
/** How often the loop is looked at. Node counts this time as part of the delay. */
const resolutionMs = 20;

/** The process itself, read when somebody asks: memory, processor time and how late the event loop runs. */
export function observeProcess(meter: Meter): Disposable {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let utilization = performance.eventLoopUtilization();

  const gauge = (name: string, description: string, unit: string, read: () => number) =>
    meter.createObservableGauge(name, { description, unit }).addCallback((result) => result.observe(read()));
  for (const [name, read] of [
    ['p50', () => delay.percentile(50)],
    ['p99', () => delay.percentile(99)],
    ['max', () => delay.max],
  ] as const) {
    gauge(`nodejs_eventloop_delay_${name}_seconds`, 'How late timers fire, since the last scrape', 'seconds', () =>
      delay.count > 0 ? Math.max(0, read() * nanosecond - resolutionMs / 1_000) : 0,
    );
  }
  gauge('nodejs_eventloop_utilization_ratio', 'Share of time that the event loop was busy', 'ratio', () => {
    const before = utilization;
    utilization = performance.eventLoopUtilization();
    // Callbacks run in the order they were added: after the percentiles were read.
    delay.reset();
    return performance.eventLoopUtilization(utilization, before).utilization;
  });
  gauge('process_resident_memory_bytes', 'Memory of the process', 'bytes', () => process.memoryUsage.rss());
  gauge('process_start_time_seconds', 'When the process started, since 1970', 'seconds', () =>
    Math.round(performance.timeOrigin / 1_000),
  );
  meter
    .createObservableGauge('nodejs_memory_bytes', { description: 'Memory of the JavaScript engine', unit: 'bytes' })
    .addCallback((result) => {
      const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
      result.observe(heapUsed, { kind: 'heap_used' });
      result.observe(heapTotal, { kind: 'heap_total' });
      result.observe(external, { kind: 'external' });
      result.observe(arrayBuffers, { kind: 'array_buffers' });
    });
  meter
    .createObservableCounter('process_cpu_seconds_total', { description: 'Processor time used', unit: 'seconds' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
  return { [Symbol.dispose]: () => delay.disable() };
}
