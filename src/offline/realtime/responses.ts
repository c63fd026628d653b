import { badRequest } from '../wire-error.ts';
import type { ResponseParameters } from './client-events.ts';
import { type StoredItem, toChat } from './conversation-items.ts';
import { newId } from './identifiers.ts';
import type { InputItem } from './item-schema.ts';
import { type CancelReason, runResponse } from './response.ts';
import type { SessionScope } from './session-scope.ts';
import { storeItem } from './stored-item.ts';

export interface Responses {
  /** Begins one. Throws a `WireError` where there are none, or one is already talking in the conversation. */
  start(parameters: ResponseParameters): void;
  /** Throws a `WireError` when there is nothing to cancel. */
  cancel(id: string | undefined): void;
  /** Somebody else began to speak: cancels the one in the conversation, if there is one. */
  interrupt(): void;
  /** The latest, or the one that is talking. */
  lastId(): string | null;
  /** Has the assistant been heard in this session? */
  anySpoken(): boolean;
}

/** One response may talk in the conversation; beside it, any number that stay out of it. */
export function createResponses(scope: SessionScope): Responses {
  const running = new Map<string, { controller: AbortController; inConversation: boolean }>();
  let lastId: string | null = null;

  const talking = () =>
    [...running].find(([, { controller, inConversation }]) => inConversation && !controller.signal.aborted);
  const stop = (id: string, reason: CancelReason) => running.get(id)?.controller.abort(reason);

  function findInput(parameters: ResponseParameters): StoredItem[] {
    return (
      parameters.input?.map((item: InputItem) =>
        item.type === 'item_reference' ? scope.items.find(item.id, 'reference') : storeItem(item),
      ) ?? scope.items.list()
    );
  }

  return {
    start(parameters) {
      const { config } = scope;
      if (config.type !== 'realtime') {
        throw badRequest('A transcription session makes no responses.', undefined, 'invalid_value');
      }
      const inConversation = parameters.conversation !== 'none';
      const [busy] = inConversation ? (talking() ?? []) : [];
      if (busy) {
        throw badRequest(
          `Conversation already has an active response in progress: ${busy}. Wait until it is finished or cancel it.`,
          undefined,
          'conversation_already_has_active_response',
        );
      }
      const input = findInput(parameters);
      const id = newId('resp');
      const controller = new AbortController();
      running.set(id, { controller, inConversation });
      lastId = id;
      const signal = AbortSignal.any([controller.signal, scope.signal]);
      const { conversationId, items, voice, emit, play } = scope;
      const work = { response: parameters, session: { instructions: config.instructions } };
      const react = (signal: AbortSignal) =>
        scope.react(
          { endpoint: 'realtime_response', model: config.model, body: { ...work, conversation: toChat(input) } },
          signal,
        );
      const deps = { id, conversationId, config, items, input, voice, pace: scope.pace(), emit, play, react };
      void runResponse(deps, parameters, signal).finally(() => running.delete(id));
    },
    cancel(id) {
      const found = id ?? talking()?.[0];
      if (!found || !running.has(found)) {
        throw badRequest('Cancellation failed: no active response found.', undefined, 'response_cancel_not_active');
      }
      stop(found, 'client_cancelled');
    },
    interrupt() {
      const [id] = talking() ?? [];
      if (id) stop(id, 'turn_detected');
    },
    lastId: () => lastId,
    anySpoken: () =>
      scope.items.list().some(({ item, audioMs }) => 'role' in item && item.role === 'assistant' && audioMs > 0),
  };
}
