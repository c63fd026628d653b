import type { Log } from '../../src/log.ts';

/** A log that keeps to itself. */
export const quiet: Log = { info() {}, warn() {}, error() {} };
