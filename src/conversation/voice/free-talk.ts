import { DomainError } from '../../errors.ts';
import { bookHearing, recordTokens } from '../../interview/usage.ts';
import type { ChatMessage } from '../../llm/chat-model.ts';
import type { ConversationCaller } from '../context.ts';
import { memoryLimits } from '../memory.ts';
import { shorten } from '../shorten.ts';
import type { Partner, PartnerTools } from './partner.ts';

/** For conversations that bring no instructions of their own, where none are configured. */
export const plainInstructions =
  'You are a helpful AI voice assistant. Everything you say is spoken aloud: answer briefly and plainly, without lists or markup.';

/** A conversation about anything: the model replies by itself, and nothing of it is stored but what it consumed. */
export function talkFreely({ deps, userId }: ConversationCaller, tools: PartnerTools): Partner {
  const memory: ChatMessage[] = [];
  const remember = (role: ChatMessage['role'], text: string) => {
    if (!text.trim()) return;
    memory.push({ role, content: shorten(text, memoryLimits.maxTurnChars) });
    if (memory.length > memoryLimits.maxMessages) memory.shift();
  };
  const book = (work: Promise<unknown>) =>
    work.catch((error: unknown) => deps.log.error({ err: error }, 'the usage of a conversation was not booked'));
  let replyId: string | null = null;
  let said = '';

  return {
    replies: 'by-itself',
    begin: () => undefined,
    hear: () => undefined,
    speechStarted: () => undefined,
    committed(_itemId, byHand) {
      if (byHand) tools.session()?.reply();
    },
    inputLost() {
      const message = 'The connection to the model was lost before it heard this. Say it again.';
      tools.emit({ type: 'error', error: new DomainError('upstream_failed', message) });
    },
    heard({ text, usage }) {
      remember('user', text);
      if (usage) void book(bookHearing(deps, { userId }, usage));
    },
    unheard: ({ error }) => tools.emit({ type: 'error', error }),
    said(text) {
      remember('user', text);
      tools.session()?.addText(text);
      tools.session()?.reply();
    },
    reply(event) {
      if (event.type === 'reply-started') {
        replyId = event.replyId;
        said = '';
      }
      if (event.type === 'reply-text' && event.replyId === replyId) said += event.delta;
      if (event.type !== 'reply-ended') return;
      if (event.replyId === replyId) replyId = null;
      remember('assistant', said);
      said = '';
      void book(recordTokens(deps, { userId, capability: 'realtime', model: tools.model(), usage: event.usage }));
      if (event.error) tools.emit({ type: 'error', error: event.error });
    },
    replying: () => replyId !== null,
    interrupted: () => undefined,
    history: async () => [...memory],
    bridged() {
      replyId = null;
      // Whoever spoke last still waits for an answer.
      if (memory.at(-1)?.role === 'user') tools.session()?.reply();
    },
    ended: async () => undefined,
  };
}
