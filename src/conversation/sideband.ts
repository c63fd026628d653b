import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationCaller } from './context.ts';
import { startVoiceConversation } from './voice/conversation.ts';

/** The server's side of a call whose sound goes another way. */
export interface Sideband {
  end(): Promise<void>;
  /** Resolves when there is nothing more to be said, or to be heard of it. */
  ended: Promise<void>;
}

/** Spoken at a slow pace: the last words are complete before they have been heard. */
const msPerCharacter = 90;
const longestFarewellMs = 40_000;

/** Joins a call to conduct and record it. Throws as `startVoiceConversation`. */
export async function joinCall(
  caller: ConversationCaller,
  call: { id: string; sessionId: string | undefined },
  signal: AbortSignal,
): Promise<Sideband> {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let lastWords = '';
  const conversation = await startVoiceConversation(
    { ...caller, signal },
    { callId: call.id, sessionId: call.sessionId, signal },
    (event) => {
      if (event.type === 'reply') lastWords = event.text;
      if (event.type === 'error') {
        caller.deps.log.warn({ err: event.error, callId: call.id }, 'a call met an error');
      }
      if (event.type !== 'ended') return;
      const farewellMs =
        event.why === 'interview-over' ? Math.min(lastWords.length * msPerCharacter, longestFarewellMs) : 0;
      // The caller may leave before.
      sleep(farewellMs, undefined, { signal }).then(resolve, () => resolve());
    },
  );
  return { end: () => conversation.end(), ended };
}
