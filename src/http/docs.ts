import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { Config } from '../config.ts';

const description = `Practise job interviews out loud. Every path also works with a trailing slash, and
\`/audio-interview/*\` with and without \`/api\`. Refusals are \`{ "error": { "code", "message", "issues"? } }\`.
Sign in with \`POST /api/auth/guest\`, agree to the recording with \`POST /api/auth/consent\`, and send the token as
\`Authorization: Bearer …\`. Front ends in TypeScript use the typed client instead (\`createVivaClient\`).`;

const file = { type: 'string', format: 'binary' };
const oneFile = { type: 'object', required: ['file'], properties: { file } };
/** Forms are read as streams, not validated as bodies, so the document is told of them here. */
const forms: Record<string, { summary?: string; body: object }> = {
  '/api/audio-interview/submit-answer': {
    body: {
      type: 'object',
      required: ['question_id', 'audio_file'],
      properties: { question_id: { type: 'string', format: 'uuid' }, audio_file: file },
    },
  },
  '/upload/answers/:questionId': {
    summary: 'Send a recording as the next take; its transcript follows',
    body: oneFile,
  },
  '/upload/job-descriptions': {
    summary: 'Read a job description from a PDF, DOCX or text; nothing is stored',
    body: oneFile,
  },
  '/upload/cvs': { summary: 'Send a CV as PDF, DOCX or text', body: oneFile },
};

/** The tus protocol has its own document, https://tus.io/protocols/resumable-upload: here is what it means in this one. */
const resumable: Record<string, string> = {
  'POST /upload/resumable':
    'Begin an upload that can be resumed (tus 1.0): `Upload-Length`, and `Upload-Metadata` with `questionId`, `filename`, `filetype`',
  'HEAD /upload/resumable/:id':
    'How far it is (`Upload-Offset`), until a day after it began; `Upload-Result` is the answer it became',
  'PATCH /upload/resumable/:id':
    'Send what follows. The last one is answered as `POST /upload/answers/:questionId` is, with the status 200',
  'DELETE /upload/resumable/:id': 'Forget an upload and what came of it',
  'GET /upload/resumable/:id/result': 'The answer that a whole upload became, or why it was refused',
};

/** What every POST route takes, and none checks by its schema. */
const keyHeader = {
  type: 'object',
  properties: {
    'Idempotency-Key': {
      type: 'string',
      maxLength: 255,
      description:
        'A new UUID for every new request. Sent again with the same content within 24 hours, the request is answered as the first time (`Idempotency-Replayed: true`); with another content it is a 409. Before signing in a key has at least 16 random characters.',
    },
  },
};

/** The OpenAPI document of the REST routes: a page at `/docs`, JSON at `/docs/json`. */
export async function docsRoutes(app: FastifyInstance, { PUBLIC_URL }: Config): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Viva', version: '1', description },
      ...(PUBLIC_URL && { servers: [{ url: PUBLIC_URL }] }),
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: (input) => {
      const { schema, url } = jsonSchemaTransform(input);
      // Each brief route stands twice; the document names it once. tRPC has its typed client instead.
      const hide = url.startsWith('/audio-interview') || url.startsWith('/trpc');
      const form = forms[url] && { consumes: ['multipart/form-data'], security: [{ bearer: [] }], ...forms[url] };
      const summary = resumable[`${input.route.method} ${url}`];
      const part = summary && { summary, security: [{ bearer: [] }] };
      const headers = [input.route.method].flat().includes('POST') && { headers: keyHeader };
      return { schema: { ...schema, ...form, ...part, ...headers, ...(hide && { hide }) }, url };
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}
