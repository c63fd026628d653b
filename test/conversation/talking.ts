import { expect, vi } from 'vitest';
import type { TurnEvent } from '../../src/conversation/events.ts';
import type { SignedIn, Viva } from '../support/viva.ts';

export interface Told {
  id: string;
  data: TurnEvent;
}

export interface Listening {
  events: Told[];
  /** Resolves with the events once so many turns are over. */
  over: Promise<TurnEvent[]>;
  /** Resolves with the first event of this type. */
  first<Type extends TurnEvent['type']>(type: Type): Promise<Extract<TurnEvent, { type: Type }>>;
  leave(): void;
}

const terminal = new Set(['turn-ended', 'turn-failed', 'turn-interrupted']);

export interface ListenOptions {
  turns?: number;
  after?: number | undefined;
}

/** Follows a conversation as a client does, until so many turns are over. */
export async function listen(user: SignedIn, sessionId: string, options: ListenOptions = {}): Promise<Listening> {
  const { turns = 1, after } = options;
  const events: Told[] = [];
  const over = Promise.withResolvers<TurnEvent[]>();
  const connected = Promise.withResolvers<void>();
  const input = { sessionId, ...(after !== undefined && { lastEventId: after }) };
  const subscription = user.viva.chat.onEvent.subscribe(input, {
    onStarted: () => connected.resolve(),
    onData: (event) => {
      events.push(event);
      if (events.filter(({ data }) => terminal.has(data.type)).length < turns) return;
      subscription.unsubscribe();
      over.resolve(events.map(({ data }) => data));
    },
    onError: over.reject,
  });
  await connected.promise;
  return {
    events,
    over: over.promise,
    first: (type) => vi.waitFor(() => only(events, type), { timeout: 10_000, interval: 5 }),
    leave: () => subscription.unsubscribe(),
  };
}

function only<Type extends TurnEvent['type']>(events: Told[], type: Type): Extract<TurnEvent, { type: Type }> {
  for (const { data } of events) if (isOf(data, type)) return data;
  return expect.fail(`no ${type} yet`);
}

function isOf<Type extends TurnEvent['type']>(
  event: TurnEvent,
  type: Type,
): event is Extract<TurnEvent, { type: Type }> {
  return event.type === type;
}

/** One turn from its start to its end, with all its events. */
export async function turn(user: SignedIn, sessionId: string, act: () => Promise<unknown>): Promise<TurnEvent[]> {
  const { over } = await listen(user, sessionId);
  await act();
  return over;
}

/** An interview whose questions are not spoken: whatever is synthesised is the conversation's. */
export function interview(user: SignedIn, questionCount = 1) {
  return user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount, speakQuestions: false });
}

/** What the session has stored. */
export function messagesOf(server: Viva, sessionId: string) {
  const order = { id: 'asc' as const };
  return server.deps.db.prisma.message.findMany({ where: { sessionId }, orderBy: order, include: { audio: true } });
}
