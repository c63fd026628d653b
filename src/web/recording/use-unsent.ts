import { useCallback, useEffect, useRef, useState } from 'react';
import { useSessionState } from '../session/session-context.tsx';
import { useRecordings } from './recordings-context.ts';
import { isBeingRecorded, type UnsentRecording, whenRecorded } from './unsent-recording.ts';
import { mended } from './whole-webm.ts';

/** Recordings of an interview that nobody has sent yet, oldest first; those that a reload broke off among them. */
export function useUnsent(sessionId: string): { unsent: readonly UnsentRecording[]; refresh: () => Promise<void> } {
  const { store } = useRecordings();
  const userId = useSessionState().user?.id;
  const [unsent, setUnsent] = useState<readonly UnsentRecording[]>([]);
  const waiting = useRef(new AbortController());
  const refresh = useCallback(async () => {
    if (!userId) return;
    waiting.current.abort();
    waiting.current = new AbortController();
    const { signal } = waiting.current;
    const found: UnsentRecording[] = [];
    for (const recording of await store.list()) {
      if (recording.sessionId !== sessionId || recording.stage === 'submitted') continue;
      if (recording.stage === 'recording' && (await isBeingRecorded(recording.id))) {
        whenRecorded(recording.id, signal).then(refresh, () => undefined); // a later look has taken over
        continue;
      }
      const file = await store.read(recording);
      if (!file) {
        await store.remove(recording.id); // broken off before its first second was written
        continue;
      }
      const kept = { ...recording, stage: 'kept' as const };
      if (recording.stage === 'recording') await store.replace(kept, await mended(file));
      found.push(kept);
    }
    setUnsent(found);
  }, [store, userId, sessionId]);
  useEffect(() => {
    void refresh();
    return () => waiting.current.abort();
  }, [refresh]);
  return { unsent, refresh };
}
