import { obstacle, problemOf } from '../recording/microphone.ts';
import type { DirectHearing } from './direct-hearing.ts';
import { type Ear, openEar, type SpeakingMode } from './ear.ts';
import type { Player } from './player.ts';
import { type ConversationState, newUtteranceId } from './state.ts';
import type { Store } from './store.ts';
import type { TurnTaking } from './turn-taking.ts';

/** The candidate's side: the microphone, and what is done with what it hears. */
export interface Hearing {
  setMode(mode: ConversationState['mode']): Promise<void>;
  setPause(ms: number): void;
  setMuted(muted: boolean): void;
  setOpen(open: boolean): void;
  press(): void;
  release(): void;
  onLevel(listener: (level: number) => void): () => void;
  close(): Promise<void>;
}

interface Parts {
  store: Store;
  player: Player;
  turns: TurnTaking;
  direct: DirectHearing;
  /** Of the microphone; empty for the browser's own choice. */
  deviceId: string;
}

export function createHearing({ store, player, turns, direct, deviceId }: Parts): Hearing {
  const { get, set } = store;
  const levels = new Set<(level: number) => void>();
  let ear: Ear | null = null;
  let opening = 0;
  let pauseMs = 1_100;

  const listener: Parameters<typeof openEar>[0] = {
    onMaybe: () => player.hold(),
    onNothing() {
      if (!get().paused) player.release();
    },
    onSpeech() {
      set({ hearing: true });
      // What is still on its way to the server must arrive: its turn is interrupted once it has.
      if (!get().sending) void turns.interrupt();
    },
    async onUtterance(utterance) {
      const { sound, endedAt } = await utterance;
      set({ hearing: false });
      await turns.send({ id: newUtteranceId(), kind: 'spoken', sound }, endedAt);
    },
    onDropped: () => set({ hearing: false }),
    onLevel(level) {
      for (const told of levels) told(level);
    },
    onLost() {
      closeEar();
      set({ microphoneProblem: 'lost' });
    },
  };

  function closeEar(): void {
    opening += 1;
    ear?.close();
    ear = null;
    set({ microphone: 'closed', hearing: false });
  }

  async function open(mode: SpeakingMode): Promise<void> {
    const cannot = obstacle();
    if (cannot) return set({ microphoneProblem: cannot });
    set({ microphone: 'opening' });
    opening += 1;
    const mine = opening;
    try {
      const opened = await openEar(listener, {
        mode,
        pauseMs,
        muted: get().muted,
        deviceId,
        guarded: () => get().speaking,
      });
      if (mine !== opening) return opened.close();
      ear = opened;
      set({ microphone: 'open' });
    } catch (error) {
      const microphoneProblem = await problemOf(error);
      if (mine === opening) set({ microphone: 'closed', microphoneProblem });
    }
  }

  return {
    async setMode(mode) {
      set({ mode, hearing: false, microphoneProblem: null });
      if (mode !== 'direct') await direct.close();
      if (mode === 'typing') return closeEar();
      if (mode === 'direct') {
        closeEar();
        player.stop();
        return direct.open();
      }
      if (ear) ear.setMode(mode);
      else await open(mode);
    },
    setPause(ms) {
      pauseMs = ms;
      ear?.setPause(ms);
    },
    setMuted(muted) {
      ear?.setMuted(muted);
      direct.setMuted(muted);
      set({ muted, hearing: false });
    },
    setOpen(isOpen) {
      ear?.setOpen(isOpen);
      direct.setHeld(!isOpen);
      set({ hearing: false });
    },
    press: () => ear?.press(),
    release: () => ear?.release(),
    onLevel(told) {
      levels.add(told);
      return () => levels.delete(told);
    },
    close() {
      closeEar();
      return direct.close();
    },
  };
}
