import type { z } from 'zod';

/** OpenAI's error body: `{"error": {message, type, param, code}}`. */
export interface WireErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** A refusal in OpenAI's own words and statuses. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly status: number;
  readonly body: WireErrorBody;

  constructor(status: number, message: string, details: { type?: string; param?: string; code?: string } = {}) {
    super(message);
    this.status = status;
    const { type = 'invalid_request_error', param = null, code = null } = details;
    this.body = { error: { message, type, param, code } };
  }
}

export function badRequest(message: string, param?: string, code?: string): WireError {
  return new WireError(400, message, { ...(param && { param }), ...(code && { code }) });
}

export function modelNotFound(model: string): WireError {
  return new WireError(404, `The model '${model}' does not exist or you do not have access to it.`, {
    code: 'model_not_found',
  });
}

/** Parses a request by its schema. Throws a 400 `WireError` that names the first wrong field. */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') || undefined;
  throw badRequest(`Invalid value${param ? ` for '${param}'` : ''}: ${issue?.message ?? 'not understood'}`, param);
}
