/** Nanoseconds on the clock that all processes of a machine share, as an `event_id`. */
export const stamp = (): string => process.hrtime.bigint().toString();

/** Milliseconds since the stamp in an event's text; null without one. Reads no JSON: it must not be what is measured. */
export function sinceStamp(text: string): number | null {
  const found = /"event_id":"(\d+)"/.exec(text)?.[1];
  return found === undefined ? null : Number(process.hrtime.bigint() - BigInt(found)) / 1e6;
}

/** 100 ms of sound, as base64. */
export const sound = Buffer.alloc(4_800, 7).toString('base64');
export const soundMs = 100;
