import type { Identity } from '../auth/identity.ts';
import type { TrpcContext } from './context.ts';

/** A subscription's events for as long as the client listens and is signed in, and the server does not stop. */
export async function* live<Event>(
  { auth, identity, closing }: TrpcContext & { identity: Identity },
  signal: AbortSignal | undefined,
  events: (ended: AbortSignal) => AsyncIterable<Event>,
): AsyncGenerator<Event> {
  using login = auth.logins.watch(identity.loginId);
  const reasonToTell = AbortSignal.any([login.signal, closing]);
  yield* events(signal ? AbortSignal.any([signal, reasonToTell]) : reasonToTell);
  reasonToTell.throwIfAborted();
}
