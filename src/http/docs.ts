import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { Config } from '../config.ts';

const description = `Practise job interviews out loud. Every path also works with a trailing slash, and
\`/audio-interview/*\` with and without \`/api\`. Refusals are \`{ "error": { "code", "message", "issues"? } }\`.
Sign in with \`POST /api/auth/guest\`, agree to the recording with \`POST /api/auth/consent\`, and send the token as
\`Authorization: Bearer …\`. Front ends in TypeScript use the typed client instead (\`createVivaClient\`).`;

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
      // Each brief route stands twice; the document names it once.
      const twin = url.startsWith('/audio-interview');
      return { schema: { ...schema, ...(twin && { hide: true }) }, url };
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}
