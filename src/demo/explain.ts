import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';
import { VivaRequestError } from '../client.ts';

const refused = z.object({ error: z.object({ code: z.string() }) });

/** The product's own code of a refusal, on whichever surface it came. */
export function refusalCode(error: unknown): string | undefined {
  if (error instanceof VivaRequestError) return error.code;
  if (error instanceof TRPCClientError) return refused.safeParse(error.data).data?.error.code;
  return undefined;
}

/** What went wrong as a sentence; the server's refusals are sentences already. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isNetwork = /fetch failed|terminated|socket|network|ECONN/i.test(error.message) && !refusalCode(error);
  return isNetwork ? 'The server does not answer any more. Its log says why.' : error.message;
}
