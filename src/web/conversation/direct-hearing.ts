import type { VivaClient } from '../../client.ts';
import { obstacle, problemOf } from '../recording/microphone.ts';
import { refusalOf } from '../session/refusals.ts';
import { type DirectCall, placeDirectCall } from './direct-call.ts';
import type { Store } from './store.ts';

/** A direct call as the conversation holds it: at most one. */
export interface DirectHearing {
  open(): Promise<void>;
  setMuted(muted: boolean): void;
  setHeld(held: boolean): void;
  /** Resolves once the server knows: another turn can begin then. */
  close(): Promise<void>;
}

interface Parts {
  viva: VivaClient;
  sessionId: string;
  store: Store;
  deviceId: string;
}

export function createDirectHearing({ viva, sessionId, store, deviceId }: Parts): DirectHearing {
  const { set } = store;
  let call: DirectCall | null = null;
  let callId: string | null = null;
  let opening = 0;

  async function place(sdp: string): Promise<string> {
    const placed = await viva.realtime.createCall.mutate({ sdp, sessionId });
    callId = placed.callId;
    return placed.sdp;
  }

  function gone(): void {
    call = null;
    set({ microphone: 'closed', hearing: false, speaking: false });
  }

  async function close(): Promise<void> {
    opening += 1;
    const ended = callId;
    callId = null;
    call?.hangUp();
    gone();
    // A call that is not there any more needs no end.
    if (ended) await viva.realtime.hangUp.mutate({ callId: ended }).catch(() => undefined);
  }

  return {
    async open() {
      const cannot = obstacle();
      if (cannot) return set({ microphoneProblem: cannot });
      set({ microphone: 'opening' });
      opening += 1;
      const mine = opening;
      const listener = {
        onHearing: (hearing: boolean) => set({ hearing }),
        onSpeaking: (speaking: boolean) => set({ speaking }),
        onEnded: gone,
      };
      try {
        const opened = await placeDirectCall(listener, { deviceId, place });
        if (mine !== opening) return opened.hangUp();
        call = opened;
        call.setMuted(store.get().muted);
        set({ microphone: 'open' });
      } catch (error) {
        if (mine !== opening) return;
        // Refused by the server, or by the microphone.
        if (refusalOf(error)) set({ microphone: 'closed', error });
        else set({ microphone: 'closed', microphoneProblem: await problemOf(error) });
      }
    },
    setMuted: (muted) => call?.setMuted(muted),
    setHeld: (held) => call?.setHeld(held),
    close,
  };
}
