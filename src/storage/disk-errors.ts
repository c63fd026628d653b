import { DomainError } from '../errors.ts';

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The code of a file system error (`ENOENT`, …), or null when it is something else. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Names what a failing disk means for the person waiting; the original error stays as the cause. */
export function diskError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (full.has(errorCode(error) ?? '')) {
    return new DomainError(
      'storage_full',
      'The server has no room left for recordings. Nothing was stored: free some space or tell the operator, then send it again.',
      { cause: error },
    );
  }
  return new DomainError(
    'unavailable',
    'The server cannot reach its audio storage just now. Nothing was lost on your side: try again in a minute.',
    { cause: error, retryAfterMs: 60_000 },
  );
}

/** Runs a file operation; whatever it throws becomes `storage_full` or `unavailable`. */
export async function onDisk<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw diskError(error);
  }
}
