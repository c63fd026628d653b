import { useEffect, useState, useSyncExternalStore } from 'react';
import { useChosenMicrophone } from '../recording/chosen-microphone.ts';
import { useSession } from '../session/session-context.tsx';
import { type Conversation, createConversation } from './conversation.ts';
import type { ConversationState } from './state.ts';

/** A session's conversation, followed for as long as the page is open. */
export function useConversation(sessionId: string): { conversation: Conversation; state: ConversationState } {
  const { viva, renew } = useSession();
  const { chosen } = useChosenMicrophone();
  const [conversation] = useState(() =>
    createConversation({ viva, renew, sessionId, deviceId: chosen?.deviceId ?? '' }),
  );
  useEffect(() => conversation.open(), [conversation]);
  const state = useSyncExternalStore(conversation.subscribe, conversation.state);
  return { conversation, state };
}
