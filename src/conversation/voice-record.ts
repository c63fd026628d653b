import { randomUUIDv7 } from 'node:crypto';
import { asDomainError, DomainError } from '../errors.ts';
import { bookHearing, recordTokens } from '../interview/usage.ts';
import type { VoiceEvent } from '../speech/voice-model.ts';
import type { ConversationCaller } from './context.ts';
import { heardText } from './heard.ts';
import { createPatientWrites } from './patient-writes.ts';

/** Keeps what is said in a conversation that we only listen to: its words, in their order, and what it consumed. */
export interface VoiceRecord {
  receive(event: VoiceEvent): void;
  /** So much more sound of a reply has come; its words are cut by it. */
  sounded(replyId: string, itemId: string, durationMs: number): void;
  /** The listener heard only so much of the reply. */
  truncated(itemId: string, heardMs: number): void;
  typed(text: string): void;
  /** Resolves once all of it is stored. */
  flush(): Promise<void>;
}

export interface VoiceRecordOptions {
  /** Null: nothing but what is consumed is kept. */
  interview: { sessionId: string; language: string } | null;
  model: string;
  /** Called when nothing more can be stored: the interview has ended or is gone, or the database stays away. */
  onRefused(error: DomainError): void;
}

interface Reply {
  id: string;
  text: string;
  audioMs: number;
  heardMs: number | null;
  stored: boolean;
}

/** Replies that may still be cut: they are spoken faster than they are heard. */
const mostReplies = 16;
/** Inputs whose words are still to come. */
const mostInputs = 64;
/** Speech without its sound at hand, as over WebRTC: some 150 words a minute. */
const spokenCharsPerMs = 0.015;

export function createVoiceRecord({ deps, userId }: ConversationCaller, options: VoiceRecordOptions): VoiceRecord {
  const { interview, model } = options;
  const { prisma } = deps.db;
  /** What was consumed stays the user's when the interview is deleted meanwhile. */
  const booking = async () => {
    const session = interview && (await prisma.session.findUnique({ where: { id: interview.sessionId } }));
    return session ? { userId, sessionId: session.id } : { userId };
  };
  const replies = new Map<string, Reply>();
  const replyOfItem = new Map<string, Reply>();
  const places = new Map<string, string>();
  let lastId = '';

  /** Ids sort as they were made, within a millisecond too: messages are read in the order of their ids. */
  const nextId = (): string => {
    let id = randomUUIDv7();
    while (id <= lastId) id = randomUUIDv7();
    lastId = id;
    return id;
  };
  const writes = createPatientWrites((error) => {
    deps.log.error({ err: error }, 'what was said or consumed in a conversation could not be stored');
    options.onRefused(asDomainError(error));
  });
  const keep = (role: 'candidate' | 'interviewer', id: string, text: string, heard: string | null = null) => {
    if (!interview || !text.trim()) return;
    const { sessionId } = interview;
    writes.add(async () => {
      const active = await prisma.session.findFirst({ where: { id: sessionId, userId, state: 'active' } });
      if (!active) return options.onRefused(ended());
      // Sent again after a lost answer of the database, it is the same message.
      const data = { id, sessionId, role, text, heardText: heard };
      await prisma.message.createMany({ data: [data], skipDuplicates: true });
    });
  };
  const heardOf = ({ text, audioMs, heardMs }: Reply): string | null => {
    if (heardMs === null || !interview) return null;
    const endMs = audioMs || text.length / spokenCharsPerMs;
    return heardMs >= endMs ? null : heardText([{ text, startMs: 0, endMs }], heardMs, interview.language);
  };
  const replyOf = (replyId: string): Reply => {
    const known = replies.get(replyId);
    if (known) return known;
    const reply: Reply = { id: nextId(), text: '', audioMs: 0, heardMs: null, stored: false };
    remember(replies, replyId, reply, mostReplies);
    return reply;
  };
  const endReply = (event: Extract<VoiceEvent, { type: 'reply-ended' }>) => {
    const reply = replyOf(event.replyId);
    if (!reply.stored) keep('interviewer', reply.id, reply.text, heardOf(reply));
    reply.stored = true;
    const { inputTokens, outputTokens } = event.usage;
    if (inputTokens + outputTokens === 0) return;
    writes.add(async () =>
      recordTokens(deps, { ...(await booking()), capability: 'realtime', model, usage: event.usage }),
    );
  };

  return {
    receive(event) {
      if (event.type === 'input-committed') remember(places, event.itemId, nextId(), mostInputs);
      if (event.type === 'reply-started') replyOf(event.replyId);
      if (event.type === 'reply-text') replyOf(event.replyId).text += event.delta;
      if (event.type === 'reply-ended') endReply(event);
      if (event.type !== 'heard') return;
      const { itemId, text, usage } = event;
      keep('candidate', places.get(itemId) ?? nextId(), text);
      places.delete(itemId);
      if (usage) writes.add(async () => bookHearing(deps, await booking(), usage));
    },
    sounded(replyId, itemId, durationMs) {
      const reply = replyOf(replyId);
      reply.audioMs += durationMs;
      if (replyOfItem.get(itemId) !== reply) remember(replyOfItem, itemId, reply, mostReplies);
    },
    truncated(itemId, heardMs) {
      const reply = replyOfItem.get(itemId) ?? [...replies.values()].at(-1);
      if (!reply || reply.heardMs !== null) return;
      reply.heardMs = heardMs;
      if (!reply.stored) return;
      const heard = heardOf(reply);
      if (heard !== null) {
        writes.add(() => prisma.message.updateMany({ where: { id: reply.id }, data: { heardText: heard } }));
      }
    },
    typed: (text) => keep('candidate', nextId(), text),
    async flush() {
      // What broke off in the middle was said too.
      for (const reply of replies.values()) {
        if (!reply.stored) keep('interviewer', reply.id, reply.text, heardOf(reply));
        reply.stored = true;
      }
      await writes.settled();
    },
  };
}

const ended = () => new DomainError('session_ended', 'This interview has ended. Start a new session to go on.');

/** The oldest entry gives way. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
