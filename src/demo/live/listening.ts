import type { VivaClient } from '../../client.ts';
import { isTerminal, type TurnEvent } from '../../conversation/events.ts';
import { events } from '../subscription.ts';
import { type Playback, play } from './playback.ts';

/** What the server tells of a conversation, over the one subscription that was opened when it began. */
export interface Listening extends AsyncDisposable {
  /** A turn's events up to its end, each once. Throws `TurnFailed`. */
  eventsOf(turnId: string): AsyncGenerator<TurnEvent>;
  /** The reply that was announced under this address; it has been arriving since then. */
  playback(audioUrl: string): Playback;
  /** How many events and replies there were so far. */
  counts(): { events: number; replies: number };
}

/** The server ended a turn early; the message is its own. */
export class TurnFailed extends Error {
  override readonly name = 'TurnFailed';
}

const conversationDeadlineMs = 15 * 60_000;

/** Resolves once the server listens to the subscription, so that nothing is missed. */
export async function listen(client: VivaClient, sessionId: string): Promise<Listening> {
  const stop = new AbortController();
  const connected = Promise.withResolvers<void>();
  const playbacks = new Map<string, Playback>();
  let lastId = 0;
  let told = 0;

  /** At the moment of arrival, whatever is being printed: a player would not wait either. */
  function receive(id: number, event: TurnEvent): void {
    if (id <= lastId) throw new Error(`Event ${id} was told twice, or after event ${lastId}.`);
    lastId = id;
    told++;
    if (event.type !== 'reply-started') return;
    if (playbacks.has(event.audioUrl)) throw new Error(`The reply ${event.audioUrl} was announced twice.`);
    playbacks.set(event.audioUrl, play(client, event.audioUrl));
  }

  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(conversationDeadlineMs)]);
  const updates = events<TurnEvent>(signal, (observer) =>
    client.chat.onEvent.subscribe(
      { sessionId },
      {
        ...observer,
        onStarted: () => connected.resolve(),
        onData({ id, data }) {
          try {
            receive(Number(id), data);
            observer.onData(data);
          } catch (error) {
            observer.onError(error);
          }
        },
      },
    ),
  );
  const next = () => {
    const event = updates.next();
    // It may fail while nobody waits for it; whoever waits next is told.
    event.catch(() => undefined);
    return event;
  };
  let upcoming = next();
  await Promise.race([connected.promise, upcoming]);

  return {
    async *eventsOf(turnId) {
      for (;;) {
        const { done, value: event } = await upcoming;
        if (done) throw new Error('The conversation broke off. The log of the server says why.');
        upcoming = next();
        // What is left of an earlier turn that was refused.
        if (event.turnId !== turnId) continue;
        if (event.type === 'turn-failed') throw new TurnFailed(event.message);
        yield event;
        if (isTerminal(event)) return;
      }
    },
    playback(audioUrl) {
      const playback = playbacks.get(audioUrl);
      if (!playback) throw new Error(`The reply ${audioUrl} was not announced.`);
      return playback;
    },
    counts: () => ({ events: told, replies: playbacks.size }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await updates.return(undefined);
    },
  };
}
