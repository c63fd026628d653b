import type { IncomingMessage } from 'node:http';
import type { Behaviour } from '../behaviour.ts';
import { findModel, servedModels } from '../models.ts';
import { badRequest } from '../wire-error.ts';
import { sessionMs } from './client-secrets.ts';
import { defaultSession, renewSession, type SessionConfig } from './session-config.ts';

/** From the header, or from a browser's list of subprotocols. */
export function presentedKey({ headers }: IncomingMessage): string {
  const [, bearer] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
  const protocols = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const prefix = 'openai-insecure-api-key.';
  return bearer ?? protocols.find((name) => name.startsWith(prefix))?.slice(prefix.length) ?? '';
}

/** The session that a handshake asks for. Throws a `WireError`: 400, or 404 for a model that is not served. */
export function chooseSession(
  query: Record<string, string>,
  secretSession: SessionConfig | null,
  behaviour: Behaviour,
): SessionConfig {
  const models = behaviour.models ?? servedModels;
  if (query.intent !== undefined && query.intent !== 'transcription') {
    throw badRequest("Invalid value for 'intent': only transcription is one.", 'intent', 'invalid_value');
  }
  const fixed = secretSession?.type === 'realtime' ? secretSession.model : undefined;
  const model = fixed ?? query.model;
  if (fixed && query.model !== undefined && query.model !== fixed) {
    throw badRequest(`The client secret is for the model '${fixed}'.`, 'model', 'invalid_value');
  }
  if (secretSession?.type !== 'transcription' && query.intent === undefined) {
    if (model === undefined) throw badRequest("Missing required parameter: 'model'.", 'model', 'missing_model');
    findModel(models, model, 'realtime');
  }
  if (secretSession) return renewSession(secretSession, sessionMs(behaviour));
  if (query.intent !== undefined || model === undefined) return defaultSession('transcription', sessionMs(behaviour));
  return defaultSession({ model }, sessionMs(behaviour));
}
