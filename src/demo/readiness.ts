import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const readinessSchema = z.object({
  status: z.enum(['ready', 'degraded']),
  /** Capabilities that the built-in stand-in serves. */
  offlineDemo: z.array(z.string()),
  models: z.record(z.string(), z.object({ model: z.string(), preferred: z.array(z.string()), host: z.string() })),
});

export type Readiness = z.output<typeof readinessSchema>;

const pollMs = 150;
const requestDeadlineMs = 5_000;

async function askOnce(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(requestDeadlineMs) });
  const answer = readinessSchema.safeParse(await response.json().catch(() => null));
  if (answer.success) return answer.data;
  throw new Error(
    response.status === 503
      ? `The server at ${url} is up but not ready. Look at its log.`
      : `What answers at ${url} is no Viva server. Check the address.`,
  );
}

/** Throws with a sentence that says what to do when it is not ready in time; `advice` is for one that does not answer. */
export async function untilReady(url: string, deadlineMs: number, advice: string): Promise<Readiness> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await askOnce(url);
    } catch (error) {
      if (performance.now() + pollMs < deadline) {
        await sleep(pollMs);
        continue;
      }
      const isUnreachable = !(error instanceof Error) || error instanceof TypeError || error.name === 'TimeoutError';
      if (!isUnreachable) throw error;
      throw new Error(`No server answers at ${url}. ${advice}`, { cause: error });
    }
  }
}
