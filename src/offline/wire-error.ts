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

/** As `parseRequest`, for the endpoints that refuse unknown fields and name what is wrong by `code`. */
export function parseStrictly<T>(schema: z.ZodType<T>, value: unknown, root = ''): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const path = [root, ...(issue?.path ?? [])].filter((part) => part !== '');
  if (issue?.code === 'unrecognized_keys') {
    const param = [...path, issue.keys[0]].join('.');
    throw badRequest(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
  }
  const param = path.join('.') || undefined;
  const found = (issue?.path ?? []).reduce<unknown>((inner, key) => Object(inner)[key], value);
  if (found === undefined && param) {
    throw badRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
  }
  const code = issue?.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  throw badRequest(
    `Invalid value${param ? ` for '${param}'` : ''}: ${issue?.message ?? 'not understood'}`,
    param,
    code,
  );
}

/** Parses a request by its schema. Throws a 400 `WireError` that names the first wrong field. */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') || undefined;
  throw badRequest(`Invalid value${param ? ` for '${param}'` : ''}: ${issue?.message ?? 'not understood'}`, param);
}

/** Fastify's own refusals keep their status; whatever else was thrown is this server's failure. */
export function toWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500 && error instanceof Error) return new WireError(status, error.message);
  return new WireError(500, 'The offline server failed.', { type: 'server_error' });
}
