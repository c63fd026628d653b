import { createVivaClient, type VivaClientOptions } from '../../src/client.ts';
import type { TurnEvent } from '../../src/conversation/events.ts';

interface Heard {
  id: string;
  data: TurnEvent;
  /** When it came, by the clock of this process. */
  atMs: number;
}

/** A subscriber to a live conversation, over a connection of its own. */
export interface Following {
  told: Heard[];
  /** Resolves once what was told is enough; throws when the subscription ends before, or nothing comes for a minute. */
  seen(enough: (told: Heard[]) => boolean): Promise<void>;
  leave(): Promise<void>;
}

const silenceMs = 60_000;

export async function follow(
  options: VivaClientOptions,
  input: { sessionId: string; lastEventId?: number },
): Promise<Following> {
  const viva = createVivaClient(options);
  const told: Heard[] = [];
  const started = Promise.withResolvers<void>();
  let failure: unknown = null;
  let wake = Promise.withResolvers<void>();
  const fail = (error: unknown) => {
    failure = error;
    started.reject(error);
    wake.resolve();
  };
  const subscription = viva.chat.onEvent.subscribe(input, {
    onStarted: () => started.resolve(),
    onData: (event) => {
      told.push({ ...event, atMs: performance.now() });
      wake.resolve();
    },
    onError: fail,
    onComplete: () => fail(new Error('the subscription ended')),
  });
  await started.promise;
  return {
    told,
    async seen(enough) {
      while (!enough(told)) {
        if (failure) throw failure;
        wake = Promise.withResolvers<void>();
        const silence = setTimeout(() => fail(new Error('a subscriber heard nothing for a minute')), silenceMs);
        await wake.promise;
        clearTimeout(silence);
      }
    },
    async leave() {
      subscription.unsubscribe();
      await viva.close();
    },
  };
}
