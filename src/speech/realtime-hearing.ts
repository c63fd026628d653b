import { APIError } from 'openai';
import type { UpstreamAccess } from '../models/call.ts';
import { realtimeProblem } from '../models/realtime-errors.ts';
import { isModelNotFound } from '../models/upstream-errors.ts';
import type { BrokeredSession } from './realtime-broker.ts';

/** What went wrong was not the transcribing model. */
class NotTheHearing extends Error {
  override readonly name = 'NotTheHearing';
}

/** gpt-live-transcribe finds no turns: it is the last to be asked where the session finds them. */
const detectsTurns = (model: string) => model !== 'gpt-live-transcribe';

/**
 * Tries one transcribing model after the other for as long as the upstream refuses them; calls once with null when nothing
 * is transcribed. A conversation model that is missing is left to whoever chose it. Throws what `attempt` throws.
 */
export async function withHearing<T>(
  { catalogue }: Pick<UpstreamAccess, 'catalogue'>,
  { transcribeAs }: Pick<BrokeredSession, 'transcribeAs'>,
  signal: AbortSignal | undefined,
  attempt: (hears: string | null) => Promise<T>,
): Promise<T> {
  if (transcribeAs === null) return attempt(null);
  try {
    return await catalogue.withFallback(
      'listen',
      signal,
      async (hears) => {
        try {
          return await attempt(hears);
        } catch (error) {
          throw isOfHearing(error, hears)
            ? realtimeProblem({ ...problemOf(error), code: 'model_not_found' })
            : new NotTheHearing('', { cause: error });
        }
      },
      detectsTurns,
    );
  } catch (error) {
    throw error instanceof NotTheHearing ? error.cause : error;
  }
}

/** By the parameter where one is named, else by the model that the refusal names. */
function isOfHearing(error: unknown, hears: string): error is APIError {
  if (!(error instanceof APIError)) return false;
  if (error.param) return error.param.endsWith('transcription.model');
  return isModelNotFound(error) && error.message.includes(`'${hears}'`);
}

function problemOf({ type, code, message, param }: APIError) {
  return { type: type ?? 'invalid_request_error', code, message, param };
}
