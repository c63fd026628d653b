import type { FastifyInstance } from 'fastify';
import type { Deps } from './deps.ts';

/** What the person who started the server wants to know, a line each. */
export function welcome(
  addresses: ReturnType<FastifyInstance['addresses']>,
  { config, offline, catalogue }: Deps,
): string[] {
  const port = addresses.find((address) => typeof address === 'object')?.port ?? config.PORT;
  const url = config.PUBLIC_URL ?? `http://localhost:${port}`;
  const models = Object.entries(catalogue.status()).map(([capability, { model }]) => `${capability} ${model}`);
  return [
    `Viva listens at ${url} (API document: ${url}/docs)`,
    `recordings in ${config.S3_BUCKET ? `the bucket ${config.S3_BUCKET}` : config.AUDIO_STORAGE_PATH}, database ${config.DATABASE_URL ? 'at DATABASE_URL' : `in ${config.VIVA_DATA_PATH}`}`,
    ...(offline.length > 0
      ? [
          `OFFLINE DEMO for ${offline.join(', ')}: built-in rules and voice, no AI, and human speech is not recognised. Set OPENAI_API_KEY to connect OpenAI, or OPENAI_BASE_URL for a local server.`,
        ]
      : [`models: ${models.join(', ')}`]),
  ];
}
