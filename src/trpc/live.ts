import type { Identity } from '../auth/identity.ts';
import type { TrpcContext } from './context.ts';

/** A subscription's events for as long as the client listens and is signed in. */
export async function* live<Event>(
  { auth, identity }: TrpcContext & { identity: Identity },
  signal: AbortSignal | undefined,
  events: (ended: AbortSignal) => AsyncIterable<Event>,
): AsyncGenerator<Event> {
  using login = auth.logins.watch(identity.loginId);
  yield* events(signal ? AbortSignal.any([signal, login.signal]) : login.signal);
  login.signal.throwIfAborted();
}
