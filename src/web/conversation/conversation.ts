import type { VivaClient } from '../../client.ts';
import { createDirectHearing } from './direct-hearing.ts';
import { createHearing, type Hearing } from './hearing.ts';
import { createPlayer } from './player.ts';
import { type ConversationState, lastExchange, newUtteranceId } from './state.ts';
import { createStore, type Store } from './store.ts';
import { addEvent } from './transcript.ts';
import { createTurnTaking } from './turn-taking.ts';
import { createUnsentUtterances } from './unsent-utterances.ts';

/** A spoken conversation, as long as its page is open. */
export interface Conversation
  extends Pick<Hearing, 'setMode' | 'setPause' | 'setMuted' | 'press' | 'release' | 'onLevel'> {
  state: Store['get'];
  subscribe: Store['subscribe'];
  /** Follows what is said, from the beginning on. Gives how to leave. */
  open(): () => void;
  /** From a click: opens the microphone, and lets the interviewer begin where nobody has. */
  join(mode: ConversationState['mode']): Promise<void>;
  /** Silence on both sides; the interviewer goes on from where it was stopped. */
  setPaused(paused: boolean): void;
  /** True once the words are safe. */
  say(text: string): Promise<boolean>;
  /** Sends again what could not be sent, or has the interviewer reply to what got no reply. */
  retry(): Promise<void>;
  discardUnsent(): void;
  /** Plays a reply once more. */
  hearAgain(audioUrl: string): void;
  /** Lets what the browser has blocked sound: from a click. */
  unblock(): void;
}

export interface ConversationOptions {
  viva: VivaClient;
  sessionId: string;
  /** Gets the cookie by which an `<audio>` plays. */
  renew: () => Promise<void>;
  /** Of the microphone; empty for the browser's own choice. */
  deviceId: string;
}

/** A replay arrives in one go: once nothing came for this long, all of it is there. */
const settleMs = 400;

export function createConversation({ viva, sessionId, renew, deviceId }: ConversationOptions): Conversation {
  const store = createStore();
  const { get, set } = store;
  const player = createPlayer(
    {
      onBusy: (speaking) => set({ speaking, ...(!speaking && { blocked: false }) }),
      onBlocked: () => set({ blocked: true }),
      // The words stand on the page; the server tells itself when a turn could not be spoken.
      onFailed: () => undefined,
    },
    renew,
  );
  const turns = createTurnTaking({ viva, sessionId, store, player, utterances: createUnsentUtterances(sessionId) });
  const direct = createDirectHearing({ viva, sessionId, store, deviceId });
  const hearing = createHearing({ store, player, turns, direct, deviceId });
  let settling: ReturnType<typeof setTimeout> | undefined;

  function settle(): void {
    clearTimeout(settling);
    if (get().connection !== 'settled') settling = setTimeout(() => set({ connection: 'settled' }), settleMs);
  }

  function follow(): () => void {
    const { unsubscribe } = viva.chat.onEvent.subscribe(
      { sessionId, lastEventId: get().transcript.lastId },
      {
        onStarted: settle,
        onData({ id, data }) {
          const before = get().transcript;
          set({ transcript: addEvent(before, Number(id), data) });
          if (Number(id) > before.lastId && get().joined) turns.hear(data);
          settle();
        },
        onError: (refused) => set({ refused, connection: 'lost' }),
        onConnectionStateChange({ state }) {
          if (state === 'connecting' && get().connection === 'settled') set({ connection: 'lost' });
          if (state === 'pending') settle();
        },
      },
    );
    return unsubscribe;
  }

  return {
    ...hearing,
    state: get,
    subscribe: store.subscribe,
    open() {
      const unfollow = follow();
      void turns.recover();
      return () => {
        clearTimeout(settling);
        unfollow();
        player.stop();
        void hearing.close();
        set({ joined: false });
      };
    },
    async join(mode) {
      const exchange = lastExchange(get());
      set({ joined: true });
      await hearing.setMode(mode);
      // The model greets, and goes on from what was said, by itself.
      if (mode === 'direct') return;
      if (!exchange) await turns.call(() => viva.chat.begin.mutate({ sessionId }));
      else if (exchange.state === 'running' && exchange.reply) {
        turns.playReply(exchange.turnId, exchange.reply.audioUrl);
      }
    },
    setPaused(paused) {
      set({ paused });
      hearing.setOpen(!paused);
      if (paused) player.hold();
      else player.release();
    },
    async say(text) {
      // One conversation at a time: who types has hung up.
      if (get().mode === 'direct') await hearing.setMode('typing');
      return turns.send({ id: newUtteranceId(), kind: 'typed', text });
    },
    async retry() {
      const { unsent } = get();
      if (unsent) await turns.send(unsent);
      else await turns.call(() => viva.chat.retry.mutate({ sessionId }));
    },
    discardUnsent: () => void turns.discardUnsent(),
    hearAgain(url) {
      player.stop();
      player.play({ url, counts: false });
    },
    unblock() {
      set({ blocked: false });
      player.release();
    },
  };
}
