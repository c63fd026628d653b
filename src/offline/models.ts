import type { Model } from 'openai/resources/models';
import { defaultModels } from '../models/preferences.ts';
import { modelNotFound } from './wire-error.ts';

export interface ServedModel {
  id: string;
  kind: 'chat' | 'transcribe' | 'speak';
  /** YYYY-MM-DD, as OpenAI announces it. */
  shutdownDate?: string;
}

/** Everything the product may ask for by default. None has a shutdown date: this server does not age. */
export const servedModels: ServedModel[] = [...new Set([...defaultModels.chat, ...defaultModels.evaluate])].map(
  (id): ServedModel => ({ id, kind: 'chat' }),
);
for (const id of defaultModels.transcribe) servedModels.push({ id, kind: 'transcribe' });
for (const id of defaultModels.speak) servedModels.push({ id, kind: 'speak' });

const created = Date.UTC(2026, 10, 1) / 1000;

export function describeModel(model: ServedModel): Model {
  return {
    id: model.id,
    object: 'model',
    created,
    owned_by: 'viva-offline',
    ...(model.shutdownDate && { shutdown_date: model.shutdownDate }),
  } satisfies Model;
}

/** `GET /models` */
export function listModels(models: ServedModel[]) {
  return { object: 'list', data: models.map(describeModel) } satisfies { object: 'list'; data: Model[] };
}

/** The model, if it is served for this kind of work. Throws `model_not_found` (404). */
export function findModel(models: ServedModel[], id: string, kind?: ServedModel['kind']): ServedModel {
  const model = models.find((candidate) => candidate.id === id && (!kind || candidate.kind === kind));
  if (!model) throw modelNotFound(id);
  return model;
}
