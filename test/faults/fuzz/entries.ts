import { z } from 'zod';
import { appRouter } from '../../../src/trpc/router.ts';
import { type JsonSchema, parseSchema } from './arbitrary.ts';

/** Somewhere a request can go in. */
export interface Entry {
  name: string;
  /** How often it is tried against the others: what reaches a model or a password hash is dear. */
  weight: number;
  input: JsonSchema | null;
}

export interface Procedure extends Entry {
  kind: 'query' | 'mutation' | 'subscription';
}

export interface Route extends Entry {
  method: string;
  /** With `{name}` in place of its parameters. */
  path: string;
}

const dear =
  /^(auth\.(guest|register|login|refresh)|sessions\.create|evaluation\.run|realtime\.|voices\.|chat\.|questions\.)/;

/** Every procedure of the router, with the JSON Schema of its own input. */
export function procedures(): Procedure[] {
  return Object.entries(appRouter._def.procedures).map(([name, procedure]) => {
    const { type, inputs } = definitionSchema.parse(Reflect.get(Object(procedure), '_def'));
    const [first] = inputs.filter((input) => input instanceof z.ZodType);
    const input = first ? parseSchema(z.toJSONSchema(first, { io: 'input', unrepresentable: 'any' })) : null;
    const asking = type === 'query' && !name.startsWith('voices.');
    return { name, kind: type, input, weight: asking ? 6 : dear.test(name) ? 1 : 3 };
  });
}

const definitionSchema = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  inputs: z.array(z.unknown()),
});

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
      }),
    ),
  ),
});

/** Every route of the server's own OpenAPI document that takes JSON or nothing. */
export async function routes(url: string): Promise<Route[]> {
  const response = await fetch(new URL('/docs/json', url));
  const { paths } = documentSchema.parse(await response.json());
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const content = requestBody?.content;
      if (content && !content['application/json']) return [];
      const schema = content?.['application/json']?.schema;
      const input = schema ? parseSchema(schema) : null;
      return [{ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, input, weight: 1 }];
    }),
  );
}
