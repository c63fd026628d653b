import { useEffect, useSyncExternalStore } from 'react';
import type { Session } from '../session/session.ts';
import { useSession, useSessionState } from '../session/session-context.tsx';
import { createUnsentStore, type UnsentStore } from './unsent-store.ts';
import { createUploads, type Upload, type Uploads } from './uploads.ts';

interface Recordings {
  store: UnsentStore;
  uploads: Uploads;
}

/** One for the whole visit: an upload goes on while one looks at other pages. */
const ofSession = new WeakMap<Session, Recordings>();

/** Where recordings are kept, and how they are sent. */
export function useRecordings(): Recordings {
  const session = useSession();
  const known = ofSession.get(session);
  if (known) return known;
  const store = createUnsentStore();
  const recordings = { store, uploads: createUploads(session.viva.uploadAnswerResumable, store) };
  ofSession.set(session, recordings);
  return recordings;
}

/** What is on its way, kept up to date; whatever an earlier visit could not send goes on. */
export function useUploads(): readonly Upload[] {
  const { uploads } = useRecordings();
  const userId = useSessionState().user?.id;
  useEffect(() => {
    if (userId) void uploads.resume();
  }, [uploads, userId]);
  return useSyncExternalStore(uploads.subscribe, uploads.list);
}
