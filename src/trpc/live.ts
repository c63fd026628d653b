import type { Identity } from '../auth/identity.ts';
import type { TrpcContext } from './context.ts';

/** A subscription's events for as long as the client listens and is signed in, and the server does not stop. */
export async function* live<Event>(
  { deps, auth, identity, closing, socket }: TrpcContext & { identity: Identity },
  signal: AbortSignal | undefined,
  events: (ended: AbortSignal) => AsyncIterable<Event>,
): AsyncGenerator<Event> {
  using login = auth.logins.watch(identity.loginId, identity.userId);
  // Sockets have a bound of their own on each.
  using _stream = socket ? socket.openStream() : deps.places.take('streams', identity.userId);
  using _counted = deps.telemetry.subscriptionOpened(socket ? 'websocket' : 'sse');
  const reasonToTell = AbortSignal.any([login.signal, closing, ...(socket ? [socket.ending] : [])]);
  for await (const event of events(signal ? AbortSignal.any([signal, reasonToTell]) : reasonToTell)) {
    yield event;
    // Over HTTP the next event is asked for when the last one has been sent; over a WebSocket at once.
    await socket?.room();
  }
  reasonToTell.throwIfAborted();
}
