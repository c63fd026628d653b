import { createContext, type ReactNode, use, useEffect, useSyncExternalStore } from 'react';
import type { VivaClient } from '../../client.ts';
import type { Session, SessionState } from './session.ts';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  useEffect(() => {
    session.ready().catch(() => undefined); // `state()` says what went wrong, and the page shows it
  }, [session]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider above it.');
  return session;
}

/** The typed client, signed in at every call. */
export const useViva = (): VivaClient => useSession().viva;

/** Who is signed in, kept up to date. */
export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.state);
}
