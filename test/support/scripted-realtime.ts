import type { RealtimeConnection, RealtimeHook } from '../../src/offline/realtime/connection.ts';
import type { Fault } from '../offline/upstream-faults.ts';

type RealtimeEvent = Record<string, unknown>;

/** One client's line to a session of the stand-in. */
export interface RecordedConnection extends Omit<RealtimeConnection, 'emit'> {
  /** What the client sent and what was sent to it, in order; injected events are not among them. */
  received: RealtimeEvent[];
  sent: RealtimeEvent[];
  /** The line is down, from whichever side. */
  readonly closed: boolean;
  /** Injects a server event. */
  send: RealtimeConnection['emit'];
}

export interface ScriptedRealtime {
  /** In the order in which they were opened, those that are closed included. */
  connections: RecordedConnection[];
  /** The latest connection; waits for the first when there is none. */
  latest(): Promise<RecordedConnection>;
  /**
   * The next event of this type, from either side, does not arrive: the connection is closed with the code instead, or
   * cut without a closing handshake when none is given.
   */
  closeNextOn(type: string, code?: number): void;
  /** From the next event of this type on, which is the first to be lost, that connection is dead but open. */
  stallNextOn(type: string): void;
  failNextHandshake(fault: Fault, times?: number): void;
}

/** Watches and disturbs the stand-in's realtime connections. */
export function scriptRealtime(failNextHandshake: (fault: Fault, times: number) => void): {
  realtime: ScriptedRealtime;
  onRealtimeEvent: RealtimeHook;
} {
  const connections: RecordedConnection[] = [];
  const known = new Map<string, RecordedConnection>();
  const stalled = new Set<string>();
  const traps: { type: string; spring: (connection: RealtimeConnection) => void }[] = [];
  const first = Promise.withResolvers<void>();

  function recordOf(connection: RealtimeConnection): RecordedConnection {
    const before = known.get(connection.id);
    if (before) return before;
    const { emit, ...rest } = connection;
    const recorded: RecordedConnection = {
      ...rest,
      send: emit,
      received: [],
      sent: [],
      get closed() {
        return rest.signal.aborted;
      },
    };
    known.set(connection.id, recorded);
    connections.push(recorded);
    first.resolve();
    return recorded;
  }

  return {
    realtime: {
      connections,
      async latest() {
        await first.promise;
        const latest = connections.at(-1);
        if (!latest) throw new Error('no connection was recorded');
        return latest;
      },
      closeNextOn(type, code) {
        traps.push({
          type,
          spring: (connection) => (code === undefined ? connection.terminate() : connection.close(code)),
        });
      },
      stallNextOn(type) {
        traps.push({ type, spring: ({ id }) => stalled.add(id) });
      },
      failNextHandshake: (fault, times = 1) => failNextHandshake(fault, times),
    },
    onRealtimeEvent(event, connection, from) {
      const recorded = recordOf(connection);
      recorded[from === 'client' ? 'received' : 'sent'].push(event);
      const trap = traps.find(({ type }) => type === event.type);
      if (trap) {
        traps.splice(traps.indexOf(trap), 1);
        trap.spring(connection);
        return 'drop';
      }
      return stalled.has(connection.id) ? 'drop' : undefined;
    },
  };
}
