import type { Model } from 'openai/resources/models';
import { defaultModels } from '../models/preferences.ts';
import { modelNotFound } from './wire-error.ts';

export interface ServedModel {
  id: string;
  /** `realtime` holds a conversation, `listen` only transcribes a live one; both over the socket. */
  kind: 'chat' | 'transcribe' | 'speak' | 'realtime' | 'listen';
  /** YYYY-MM-DD, as OpenAI announces it. */
  shutdownDate?: string;
}

/** Everything the product may ask for by default. None has a shutdown date: this server does not age. */
export const servedModels: ServedModel[] = [...new Set([...defaultModels.chat, ...defaultModels.evaluate])].map(
  (id): ServedModel => ({ id, kind: 'chat' }),
);
for (const id of defaultModels.transcribe) servedModels.push({ id, kind: 'transcribe' });
// What speaks over Realtime is no model of the speech endpoint.
for (const id of defaultModels.speak.filter((name) => !defaultModels.realtime.includes(name))) {
  servedModels.push({ id, kind: 'speak' });
}
for (const id of defaultModels.realtime) servedModels.push({ id, kind: 'realtime' });
// The second is what OpenAI's own agents SDK asks for unless told otherwise.
for (const id of ['gpt-live-transcribe', 'gpt-4o-mini-transcribe']) servedModels.push({ id, kind: 'listen' });

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

/** The model, if it is served for one of these kinds of work (any, if none is named). Throws `model_not_found` (404). */
export function findModel(models: ServedModel[], id: string, ...kinds: ServedModel['kind'][]): ServedModel {
  const model = models.find(({ id: served, kind }) => served === id && (kinds.length === 0 || kinds.includes(kind)));
  if (!model) throw modelNotFound(id);
  return model;
}
