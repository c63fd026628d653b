import type { FastifyRequest } from 'fastify';
import type { Behaviour } from '../behaviour.ts';
import { servedModels } from '../models.ts';
import { badRequest } from '../wire-error.ts';
import { sessionMs } from './client-secrets.ts';
import { renewSession, type SessionConfig } from './session-config.ts';
import { parseSession } from './session-schema.ts';
import { requestSession } from './session-update.ts';

export interface CallOffer {
  sdp: string;
  config: SessionConfig;
}

/** A form with `sdp` and `session`, or the bare offer where a client secret says what session it is for. */
export async function readCallOffer(
  request: FastifyRequest,
  behaviour: Behaviour,
  secretSession: SessionConfig | null,
): Promise<CallOffer> {
  const fields: Record<string, unknown> = {};
  if (request.isMultipart()) {
    for await (const part of request.parts({ limits: { fileSize: 256 * 1024, files: 2, fields: 8 } })) {
      const value = part.type === 'file' ? (await part.toBuffer()).toString() : part.value;
      if (part.fieldname !== 'sdp' && part.fieldname !== 'session') {
        throw badRequest(`Unknown parameter: '${part.fieldname}'.`, part.fieldname, 'unknown_parameter');
      }
      fields[part.fieldname] = value;
    }
  } else {
    fields.sdp = request.body;
  }
  const { sdp, session } = fields;
  if (typeof sdp !== 'string' || !sdp) {
    throw badRequest("Missing required parameter: 'sdp'.", 'sdp', 'missing_required_parameter');
  }
  if (session === undefined && secretSession) return { sdp, config: renewSession(secretSession, sessionMs(behaviour)) };
  if (session === undefined) {
    throw badRequest("Missing required parameter: 'session'.", 'session', 'missing_required_parameter');
  }
  const wanted = parseSession(typeof session === 'string' ? readJson(session) : session);
  if (wanted.type !== 'realtime') throw badRequest('A call is a conversation.', 'session.type', 'invalid_value');
  return { sdp, config: requestSession(wanted, behaviour.models ?? servedModels, sessionMs(behaviour)) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw Object.assign(badRequest("'session' is not JSON.", 'session', 'invalid_json'), { cause });
  }
}
