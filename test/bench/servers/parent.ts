import type { z } from 'zod';

/** What the bench gave this process to work with. */
export function settingsOf<T>(schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(process.argv[2] ?? '{}'));
}

/** Tells the bench; a child lives as long as its parent listens. */
export function tell(message: object): void {
  process.send?.(message);
}

export function endWithParent(close: () => Promise<void> = async () => {}): void {
  process.once('disconnect', () => {
    void close().finally(() => process.exit());
  });
}
