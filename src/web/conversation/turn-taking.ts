import type { VivaClient } from '../../client.ts';
import type { TurnEvent } from '../../conversation/events.ts';
import type { Player } from './player.ts';
import { lastExchange, type Unsent } from './state.ts';
import type { Store } from './store.ts';

/** Who speaks: what the candidate says goes to the server, what the interviewer says is played, and one stops the other. */
export interface TurnTaking {
  /** Plays what the event brings. */
  hear(event: TurnEvent): void;
  playReply(turnId: string, audioUrl: string): void;
  /** Stops what is played at once, and tells the server how much of it was heard. */
  interrupt(): Promise<unknown>;
  /** One after another: what is said next waits until this is safe. True once it is. */
  send(what: Unsent, endedAt?: number): Promise<boolean>;
  /** A turn without words of its own: the opening, or another try. */
  call(turn: () => Promise<unknown>): Promise<void>;
}

interface Parts {
  viva: VivaClient;
  sessionId: string;
  store: Store;
  player: Player;
}

export function createTurnTaking({ viva, sessionId, store, player }: Parts): TurnTaking {
  const { get, set } = store;
  /** On `performance.now()`'s clock; null once a reply has been measured against it. */
  let inputEndedAt: number | null = null;
  let interruption: Promise<unknown> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  function interrupt(): Promise<unknown> {
    const heardMs = player.stop();
    const exchange = lastExchange(get());
    if (!exchange || (heardMs === null && exchange.state !== 'running')) return interruption ?? Promise.resolve();
    interruption ??= viva.chat.interrupt
      .mutate({ sessionId, heardMs: heardMs ?? 0 })
      .then(({ heardText }) => {
        if (heardText !== null) set({ heardTexts: { ...get().heardTexts, [exchange.turnId]: heardText } });
      })
      .catch(() => undefined) // whatever it was, the next turn meets it too and says so
      .finally(() => {
        interruption = null;
      });
    return interruption;
  }

  function playReply(turnId: string, url: string): void {
    const from = inputEndedAt;
    inputEndedAt = null;
    const onSound = () => {
      if (from !== null) set({ delaysMs: { ...get().delaysMs, [turnId]: performance.now() - from } });
    };
    player.play({ url, counts: true, onSound });
  }

  async function deliver(what: Unsent, endedAt: number): Promise<boolean> {
    await interrupt();
    set({ sending: true, error: null });
    inputEndedAt = endedAt;
    try {
      if (what.kind === 'typed') await viva.chat.say.mutate({ sessionId, text: what.text });
      else await viva.uploadTurn(sessionId, what.sound, { fileName: fileName(what.sound) });
      set({ sending: false, unsent: null });
      return true;
    } catch (error) {
      set({ sending: false, unsent: what, error });
      return false;
    }
  }

  return {
    hear(event) {
      if (event.type === 'turn-started') set({ error: null });
      if (get().mode === 'direct') return; // it is heard already
      // Who speaks again does not want to be thanked yet.
      if (event.type === 'acknowledgement' && !get().hearing) player.play({ url: event.audioUrl, counts: false });
      if (event.type === 'reply-started') playReply(event.turnId, event.audioUrl);
      if (event.type === 'turn-interrupted') player.stop();
    },
    playReply,
    interrupt,
    send(what, endedAt = performance.now()) {
      const delivery = last.then(() => deliver(what, endedAt));
      last = delivery;
      return delivery;
    },
    async call(turn) {
      set({ error: null });
      inputEndedAt = performance.now();
      await turn().catch((error: unknown) => set({ error }));
    },
  };
}

const fileName = ({ type }: Blob) => `turn.${/mp4/.test(type) ? 'm4a' : /ogg/.test(type) ? 'ogg' : 'webm'}`;
