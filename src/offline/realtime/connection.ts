import { readMessage } from './client-events.ts';
import { newId } from './identifiers.ts';
import { errorEvent, type ServerEvent } from './server-events.ts';

/** A socket of its own, a second socket on a call, or a call's own data channel. */
export type ConnectionKind = 'socket' | 'sideband' | 'call';

/** One client's line to a session, for tests to watch and to disturb. */
export interface RealtimeConnection {
  id: string;
  kind: ConnectionKind;
  sessionType: 'realtime' | 'transcription';
  /** Of a conversation; a transcription session has none. */
  model: string | null;
  /** Aborted once the line is down, from whichever side. */
  signal: AbortSignal;
  /** Sends an event that the session did not make; the hook does not see it. */
  emit(event: ServerEvent): void;
  close(code?: number, reason?: string): void;
  /** Cuts the line without a closing handshake. */
  terminate(): void;
}

/** `drop` keeps the event from the other side. */
export type RealtimeHook = (
  event: Record<string, unknown>,
  connection: RealtimeConnection,
  from: 'client' | 'server',
) => 'drop' | undefined;

/** What carries the messages. */
export interface Wire {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
}

/** What a session does for one of its clients. */
export interface Attendance {
  receive(event: Record<string, unknown>): void;
  leave(): void;
}

/** What a client is to its session. */
export interface Attendant {
  kind: ConnectionKind;
  send(event: ServerEvent): void;
  close(code: number, reason: string): void;
}

export interface ConnectedClient {
  /** One message from the client, as it came. */
  receive(message: string | Uint8Array): void;
  /** The wire is down. */
  left(): void;
}

/** Connects a wire to a session, with the hook in between. Joining sends `session.created`. */
export function connect(
  session: { type: 'realtime' | 'transcription'; model: string | null; join(attendant: Attendant): Attendance },
  kind: ConnectionKind,
  wire: Wire,
  hook: RealtimeHook | undefined,
): ConnectedClient {
  const gone = new AbortController();
  const write = (event: ServerEvent) => {
    if (!gone.signal.aborted) wire.send(JSON.stringify({ event_id: newId('event'), ...event }));
  };
  const connection: RealtimeConnection = {
    id: newId('event'),
    kind,
    sessionType: session.type,
    model: session.model,
    signal: gone.signal,
    emit: write,
    close: (code, reason) => wire.close(code, reason),
    terminate: () => wire.terminate(),
  };
  const send = (event: ServerEvent) => {
    if (hook?.({ ...event }, connection, 'server') !== 'drop') write(event);
  };
  const attendance = session.join({ kind, send, close: (code, reason) => wire.close(code, reason) });
  return {
    receive(message) {
      try {
        const event = readMessage(typeof message === 'string' ? message : '');
        if (hook?.(event, connection, 'client') !== 'drop') attendance.receive(event);
      } catch (error) {
        send(errorEvent(error, null));
      }
    },
    left() {
      if (gone.signal.aborted) return;
      gone.abort();
      attendance.leave();
    },
  };
}
