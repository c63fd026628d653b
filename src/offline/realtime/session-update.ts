import { findModel, type ServedModel } from '../models.ts';
import { badRequest } from '../wire-error.ts';
import { type CommonConfig, defaultSession, type SessionConfig, type SessionInput } from './session-config.ts';
import type { SessionRequest } from './session-schema.ts';

/**
 * A session as a client asks for it; the first conversation model that is served, when it names none. Throws a
 * `WireError` as `updateSession` does, and `model_not_found` (404).
 */
export function requestSession(request: SessionRequest, models: ServedModel[], lastsMs: number): SessionConfig {
  if (request.type === 'transcription') return updateSession(defaultSession('transcription', lastsMs), request, models);
  const model = request.model ?? models.find(({ kind }) => kind === 'realtime')?.id ?? 'gpt-realtime';
  findModel(models, model, 'realtime');
  return updateSession(defaultSession({ model }, lastsMs), request, models);
}

/**
 * The session with the update applied: a field that is left out stays, a nested object is replaced. Throws a `WireError`
 * for another kind or model of session, a transcription model that is not served, or turn detection where there is none.
 */
export function updateSession(config: SessionConfig, update: SessionRequest, models: ServedModel[]): SessionConfig {
  if (update.type !== config.type) {
    throw badRequest(`A session of type '${config.type}' stays one.`, 'session.type', 'invalid_value');
  }
  const merged = { ...config, input: mergeInput(config, update.audio?.input ?? {}, models) };
  if (update.include !== undefined) merged.include = update.include;
  if (update.type !== 'realtime' || merged.type !== 'realtime') return merged;
  const {
    type: _type,
    model = merged.model,
    instructions = merged.instructions,
    audio,
    include: _,
    ...settings
  } = update;
  if (model !== merged.model) {
    throw badRequest("A session's model cannot be changed: open another session.", 'session.model', 'invalid_value');
  }
  return {
    ...merged,
    instructions,
    output: { ...merged.output, ...audio?.output },
    settings: { ...merged.settings, ...settings },
  };
}

/** Cannot find the ends of turns: in a session that only transcribes, the client commits by hand. */
const withoutTurnDetection = ['gpt-live-transcribe'];

function mergeInput(config: SessionConfig, update: SessionInput, models: ServedModel[]): CommonConfig['input'] {
  const { input } = config;
  const transcription = update.transcription === undefined ? input.transcription : update.transcription;
  const turnDetection = update.turn_detection === undefined ? input.turnDetection : update.turn_detection;
  if (update.transcription) findModel(models, update.transcription.model, 'listen', 'transcribe');
  if (config.type === 'transcription' && transcription && withoutTurnDetection.includes(transcription.model)) {
    if (turnDetection) {
      throw badRequest(
        `Turn detection is not supported with '${transcription.model}': set it to null.`,
        'session.audio.input.turn_detection',
        'invalid_value',
      );
    }
  }
  return {
    format: update.format ?? input.format,
    transcription,
    noiseReduction: update.noise_reduction === undefined ? input.noiseReduction : update.noise_reduction,
    turnDetection,
  };
}
