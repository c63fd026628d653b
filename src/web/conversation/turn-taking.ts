import type { VivaClient } from '../../client.ts';
import type { TurnEvent } from '../../conversation/events.ts';
import { refusalOf } from '../session/refusals.ts';
import type { Player } from './player.ts';
import { lastExchange, newUtteranceId, type Unsent } from './state.ts';
import type { Store } from './store.ts';
import type { UnsentUtterances } from './unsent-utterances.ts';

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
  /** Takes up what an earlier visit could not send: it waits for somebody to decide. */
  recover(): Promise<void>;
  /** Throws away what waits to be sent again. */
  discardUnsent(): Promise<void>;
}

interface Parts {
  viva: VivaClient;
  sessionId: string;
  store: Store;
  player: Player;
  utterances: UnsentUtterances;
}

export function createTurnTaking({ viva, sessionId, store, player, utterances }: Parts): TurnTaking {
  const { get, set } = store;
  /** On `performance.now()`'s clock; null once a reply has been measured against it. */
  let inputEndedAt: number | null = null;
  let interruption: Promise<unknown> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  /** Oldest first. */
  let unsent: readonly Unsent[] = [];
  const setUnsent = (next: readonly Unsent[]) => {
    unsent = next;
    set({ unsent: next[0] ?? null, unkept: !utterances.isDurable() });
  };
  const without = (id: string) => unsent.filter((other) => other.id !== id);

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
      const idempotencyKey = what.id;
      if (what.kind === 'typed') {
        await viva.chat.say.mutate({ sessionId, text: what.text }, { context: { idempotencyKey } });
      } else {
        await viva.uploadTurn(sessionId, what.sound, { fileName: fileName(what.sound), idempotencyKey });
      }
      set({ sending: false });
      setUnsent(without(what.id));
      await utterances.remove(what.id);
      return true;
    } catch (error) {
      set({ sending: false, error });
      // One that got no answer may have arrived. A refusal is repeated to its key: the next try needs another.
      const again = refusalOf(error)?.status ? { ...what, id: newUtteranceId() } : what;
      const place = unsent.findIndex(({ id }) => id === what.id);
      setUnsent(place < 0 ? [...unsent, again] : unsent.with(place, again));
      if (again === what) return false;
      utterances.hold(again).release();
      await utterances.remove(what.id);
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
      const held = utterances.hold(what);
      const delivery = last.then(() => deliver(what, endedAt)).finally(held.release);
      last = delivery;
      return delivery;
    },
    async recover() {
      const left = await utterances.left();
      setUnsent([...left.filter(({ id }) => unsent.every((other) => other.id !== id)), ...unsent]);
    },
    async discardUnsent() {
      const [first] = unsent;
      set({ error: null });
      if (!first) return;
      setUnsent(without(first.id));
      await utterances.remove(first.id);
    },
    async call(turn) {
      set({ error: null });
      inputEndedAt = performance.now();
      await turn().catch((error: unknown) => set({ error }));
    },
  };
}

const fileName = ({ type }: Blob) => `turn.${/mp4/.test(type) ? 'm4a' : /ogg/.test(type) ? 'ogg' : 'webm'}`;
