import { type ConversationState, firstState } from './state.ts';

/** Holds what is to be seen of a conversation, and tells when it changes. */
export interface Store {
  get(): ConversationState;
  set(change: Partial<ConversationState>): void;
  subscribe(listener: () => void): () => void;
}

export function createStore(): Store {
  let state = firstState;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
