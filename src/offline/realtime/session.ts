import type { Behaviour } from '../behaviour.ts';
import { servedModels } from '../models.ts';
import type { OfflineVoice } from '../voice.ts';
import { badRequest, WireError } from '../wire-error.ts';
import { type ClientEvent, parseClientEvent } from './client-events.ts';
import type { Attendance, Attendant, ConnectionKind } from './connection.ts';
import { createConversationItems } from './conversation-items.ts';
import { newId } from './identifiers.ts';
import { serveItemRequest } from './item-requests.ts';
import { createResponses } from './responses.ts';
import { errorEvent, type ServerEvent } from './server-events.ts';
import { describeSession, type SessionConfig } from './session-config.ts';
import type { SessionRequest } from './session-schema.ts';
import type { SessionScope } from './session-scope.ts';
import { updateSession } from './session-update.ts';
import { createTurns } from './turns.ts';

export interface RealtimeSession {
  type: 'realtime' | 'transcription';
  model: string | null;
  /** Aborted when it has ended. */
  signal: AbortSignal;
  /** `session.created` comes first, then everything that happens; errors go to the client at fault alone. */
  join(attendant: Attendant): Attendance;
  /** Samples at 24 kHz that came by a track. */
  hear(samples: Int16Array): void;
  /** Closes every client's line. */
  end(code: number, reason: string): void;
}

export interface SessionDeps {
  behaviour: Behaviour;
  voice: OfflineVoice;
  /** Takes the sound of responses, which is then not sent as events. */
  play?: (samples: Int16Array<ArrayBuffer>) => void;
}

/** One conversation or transcription, for as long as `config.expiresAtMs` allows. */
export function openSession(deps: SessionDeps, config: SessionConfig): RealtimeSession {
  const { behaviour, voice } = deps;
  const ended = new AbortController();
  const attendants = new Set<Attendant>();
  const scope: SessionScope = {
    conversationId: newId('conv'),
    config,
    items: createConversationItems(),
    voice,
    signal: ended.signal,
    models: () => behaviour.models ?? servedModels,
    pace: () => behaviour.pace ?? {},
    emit: (event) => {
      for (const attendant of attendants) attendant.send(event);
    },
    react: async (work, signal) => (await behaviour.before?.({ ...work, file: null, signal })) ?? {},
    play: deps.play ?? null,
  };
  const responses = createResponses(scope);
  const turns = createTurns(scope, responses);

  function update(session: SessionRequest): void {
    const next = updateSession(scope.config, session, scope.models());
    const [before, after] = [scope.config, next].map((config) => config.type === 'realtime' && config.output.voice);
    if (before !== after && responses.anySpoken()) {
      const message = "A session's voice cannot be changed once it has been heard.";
      throw badRequest(message, 'session.audio.output.voice', 'cannot_update_voice');
    }
    scope.config = next;
    scope.emit({ type: 'session.updated', session: describeSession(next) });
  }

  /** The track's own end throws away what it has not played. */
  function turnDown(response_id: string | null): void {
    if (!response_id) throw badRequest('Nothing has been said yet.', undefined, 'invalid_value');
    scope.emit({ type: 'output_audio_buffer.cleared', response_id });
  }

  function serve(event: ClientEvent, kind: ConnectionKind, reply: (event: ServerEvent) => void): void {
    switch (event.type) {
      case 'session.update':
        update(event.session);
        break;
      case 'input_audio_buffer.append':
        turns.append(event.audio);
        break;
      case 'input_audio_buffer.commit':
        turns.commit();
        break;
      case 'input_audio_buffer.clear':
        turns.clear();
        break;
      case 'output_audio_buffer.clear':
        if (kind === 'socket') {
          throw badRequest('A socket has no output audio buffer: it belongs to calls.', 'type', 'invalid_value');
        }
        turnDown(responses.lastId());
        break;
      case 'response.create':
        responses.start(event.response ?? {});
        break;
      case 'response.cancel':
        responses.cancel(event.response_id);
        break;
      default:
        serveItemRequest(scope, event, reply);
    }
  }

  function end(code: number, reason: string): void {
    if (ended.signal.aborted) return;
    ended.abort();
    clearTimeout(expiry);
    for (const attendant of attendants) attendant.close(code, reason);
    attendants.clear();
  }

  const lastsMs = config.expiresAtMs - Date.now();
  const expiry = setTimeout(() => {
    const minutes = Math.round(lastsMs / 60_000);
    const message = `Your session hit the maximum duration of ${minutes} minutes.`;
    scope.emit(errorEvent(new WireError(400, message, { code: 'session_expired' }), null));
    end(1001, 'session_expired');
  }, lastsMs);
  expiry.unref();

  return {
    type: config.type,
    model: config.type === 'realtime' ? config.model : null,
    signal: ended.signal,
    join(attendant) {
      attendants.add(attendant);
      attendant.send({ type: 'session.created', session: describeSession(scope.config) });
      return {
        receive(event) {
          const eventId = typeof event.event_id === 'string' ? event.event_id : null;
          try {
            serve(parseClientEvent(event), attendant.kind, (answer) => attendant.send(answer));
          } catch (error) {
            attendant.send(errorEvent(error, eventId));
          }
        },
        leave() {
          attendants.delete(attendant);
          // A call goes on without those who listen in; a socket is its session's only line.
          if (attendant.kind !== 'sideband') end(1000, '');
        },
      };
    },
    hear: (samples) => turns.hear(samples),
    end,
  };
}
