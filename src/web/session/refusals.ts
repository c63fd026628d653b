import { TRPCClientError } from '@trpc/client';
import { VivaRequestError } from '../../client.ts';
import type { AppRouter } from '../../trpc/router.ts';

/** What the server said of a call that failed. `code` is null when it could not be reached. */
export interface Refusal {
  code: string | null;
  status: number | null;
  message: string;
}

const isTrpcError = (error: unknown): error is TRPCClientError<AppRouter> => error instanceof TRPCClientError;

/** Reads a refusal of either surface; null for anything else, which is a mistake of the page. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof VivaRequestError) return { code: error.code, status: error.status, message: error.message };
  if (isTrpcError(error)) {
    const { data } = error;
    if (!data) return { code: null, status: null, message: error.message };
    return { code: data.error?.code ?? 'internal', status: data.httpStatus, message: error.message };
  }
  // `fetch` rejects with a TypeError when there is no connection (Fetch standard, 5.7).
  if (error instanceof TypeError) return { code: null, status: null, message: error.message };
  return null;
}

/** Whether another try may succeed without anybody doing anything. */
export function mayPass(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (!refusal) return false;
  return refusal.status === null || refusal.status === 429 || refusal.status >= 502;
}

export const isUnauthenticated = (error: unknown): boolean => refusalOf(error)?.code === 'unauthenticated';
