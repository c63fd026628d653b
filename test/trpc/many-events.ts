import { interview, listen } from '../conversation/talking.ts';
import type { SignedIn, Viva } from '../support/viva.ts';

/** A session with one turn that is over, and a way to tell many events in it, as many as no test could wait for. */
export async function talkative(server: Viva, user: SignedIn) {
  const session = await interview(user);
  const { events: begun, over } = await listen(user, session.id);
  const { turnId } = await user.viva.chat.begin.mutate({ sessionId: session.id });
  await over;
  let told = 0;
  return {
    /** For `chat.onEvent`: from the first event that `tell` tells. */
    input: { sessionId: session.id, lastEventId: Number(begun.at(-1)?.id) },
    /** Resolves once they are stored. */
    async tell(count: number, bytes = 20): Promise<void> {
      const { events } = server.deps.product;
      for (let sent = 0; sent < count; sent++) {
        const text = `${told++} `.padEnd(bytes, '.');
        events.publish(session.id, { type: 'reply-delta', turnId, text });
        // Readers get their turn, as they do while a model speaks.
        if (sent % 20 === 19) await new Promise(setImmediate);
      }
      await events.flush(session.id);
    },
    get told() {
      return told;
    },
  };
}

/** The running numbers that `tell` has put into its events. */
export const numbersIn = (events: { data: { type: string; text?: string } }[]): number[] =>
  events.filter(({ data }) => data.type === 'reply-delta').map(({ data }) => Number.parseInt(data.text ?? '', 10));

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
