import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { asDomainError, DomainError, type ErrorCode, errorTable } from '../errors.ts';
import { messageOf } from '../logged-details.ts';
import { readUnreadBodies } from './unread-body.ts';

/** Refusals of the framework itself, in our words. */
const frameworkErrors: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media',
    'Send JSON (application/json) or, for recordings, multipart/form-data.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'The request body is too large.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_input', 'The body is empty. Send a JSON object.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_input', 'The body is not valid JSON.'],
  FST_REQ_FILE_TOO_LARGE: ['too_large', 'The file is too large.'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['unsupported_media', 'Send the recording as multipart/form-data with one file.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_input', 'The address is too long.'],
  FST_ERR_BAD_URL: ['invalid_input', 'The address is malformed: check what follows each % sign.'],
};

function classify(error: FastifyError | DomainError): DomainError {
  // Fastify gives what a body's parser throws a status of its own.
  if (error instanceof DomainError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map(({ instancePath, message }) => ({
      path: instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: message ?? 'is not valid',
    }));
    const [first] = issues;
    const message = first?.path ? `${first.path}: ${first.message}` : (first?.message ?? 'The input is not valid.');
    return new DomainError('invalid_input', message, { issues });
  }
  const known = frameworkErrors[error.code];
  if (known) return new DomainError(...known, { cause: error });
  if (error.statusCode && error.statusCode >= 400 && error.statusCode < 500) {
    return new DomainError('invalid_input', 'The request could not be understood.', { cause: error });
  }
  return asDomainError(error);
}

export function sendError(error: DomainError, request: FastifyRequest, reply: FastifyReply): void {
  const { code } = error;
  // In the words of the error, where these repeat nothing of the request.
  const told = messageOf(error) ?? 'a request was refused';
  if (error.status >= 500) request.log.error({ err: error.cause ?? error, code }, told);
  else request.log.info({ code }, told);
  if (error.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  reply
    .status(error.status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ error: spokenHere(error, request) });
}

/** What is refused before tRPC sees it is told in tRPC's words, or else its clients could make nothing of it. */
function spokenHere(error: DomainError, { url }: FastifyRequest): object {
  const told = error.toPublic();
  if (!/^\/trpc[/?]/.test(url)) return told;
  const { status: httpStatus, trpc: code } = errorTable[error.code];
  return { message: error.message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { code, httpStatus, error: told } };
}

/** One shape for every refusal: `{ "error": { code, message, issues?, retryAfterMs? } }`. It arrives even when the body was not wanted. */
export function registerErrorHandler(app: FastifyInstance): void {
  readUnreadBodies(app);
  app.setErrorHandler<FastifyError>((error, request, reply) => sendError(classify(error), request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(
      new DomainError('not_found', `There is nothing at ${request.method} ${request.url.split('?')[0]}. See /docs.`),
      request,
      reply,
    ),
  );
}

/** For Fastify's `frameworkErrors`: addresses that reach no route, and so no error handler. */
export function refuseUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendError(classify(error), request, reply);
}

/** Of requests that never became one, by Node's error code. 431 has no entry in the table of errors: nothing else is that. */
const unreadable: Record<string, [number, ErrorCode, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'too_large', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'upload_too_slow', 'The request took too long to arrive.'],
};

/** For Fastify's `clientErrorHandler`: what is not HTTP is refused in the same shape, then cut off. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = unreadable[error.code ?? ''] ?? [400, 'invalid_input', 'This is not valid HTTP/1.1.'];
  const body = JSON.stringify(new DomainError(code, message).toPublic());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\n` +
      `Content-Length: ${body.length + 10}\r\n\r\n{"error":${body}}`,
    () => socket.destroy(),
  );
}
