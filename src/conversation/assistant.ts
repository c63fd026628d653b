import { DomainError } from '../errors.ts';
import type { InterviewDeps } from '../interview/context.ts';
import { visibleText } from '../interview/language.ts';
import { recordTokens } from '../interview/usage.ts';
import type { ChatMessage } from '../llm/chat-model.ts';
import { emptyAnswer } from '../llm/refusals.ts';
import { createOwnerQueue } from './owner-queue.ts';

/** Brief 3: its system message, its memory of 20 messages and its length of an answer. */
const systemMessage: ChatMessage = { role: 'system', content: 'You are a helpful AI voice assistant.' };
const keptMessages = 20;
const maxTokens = 200;
/** Prompts of one owner that may be under way, the one being answered included. */
const maxUnderWay = 5;

/** Whose conversation it is: somebody signed in, or the bearer of a cookie. */
export type AssistantOwner = { userId: string } | { cookieId: string };

export interface Assistant {
  /**
   * The answer to a prompt, with what was said before in mind. Several prompts of one owner are answered one after the
   * other, so that each knows the answers before it. Finishes and is kept though the caller leaves. Throws `upstream_*`,
   * `unavailable`, `rate_limited`, or `conflict` when the conversation is cleared meanwhile; then nothing is kept.
   */
  ask(owner: AssistantOwner, prompt: string): Promise<string>;
  /** Forgets everything said so far, and gives up what is being answered. */
  clear(owner: AssistantOwner): Promise<void>;
}

/** Brief 3's assistant. The order of prompts is kept per process; each exchange is stored whole or not at all. */
export function createAssistant(deps: InterviewDeps): Assistant {
  const queue = createOwnerQueue();
  return {
    async ask(owner, prompt) {
      const key = keyOf(owner);
      if (queue.underWay(key) >= maxUnderWay) throw tooManyUnderWay();
      if ('userId' in owner) await deps.allowance.require(owner.userId);
      return queue.run(key, (cleared) => exchange(deps, owner, visibleText(prompt), cleared));
    },
    async clear(owner) {
      const key = keyOf(owner);
      queue.cancel(key, clearedMeanwhile());
      await queue.run(key, () => deps.db.prisma.assistantMessage.deleteMany({ where: { owner: key } }));
    },
  };
}

/** The column `owner` of the table. */
function keyOf(owner: AssistantOwner): string {
  return 'userId' in owner ? `user:${owner.userId}` : `cookie:${owner.cookieId}`;
}

async function exchange(deps: InterviewDeps, owner: AssistantOwner, prompt: string, cleared: AbortSignal) {
  cleared.throwIfAborted();
  const key = keyOf(owner);
  const messages = [systemMessage, ...(await recall(deps, key)), { role: 'user' as const, content: prompt }];
  const { text, model, usage } = await answer(deps, messages, cleared);
  // What a bearer of a cookie consumes has no user to be booked to.
  if ('userId' in owner) await recordTokens(deps, { userId: owner.userId, capability: 'chat', model, usage });
  await keep(deps, key, prompt, text);
  return text;
}

/** Room is left for the prompt and its answer, which makes this the 20 that are kept; it begins with a prompt. */
async function recall({ db }: InterviewDeps, owner: string): Promise<ChatMessage[]> {
  const latest = await db.prisma.assistantMessage.findMany({
    where: { owner },
    orderBy: { id: 'desc' },
    take: keptMessages - 2,
  });
  return latest.reverse().map(({ role, text }) => ({ role, content: text }));
}

async function answer({ chat }: InterviewDeps, messages: ChatMessage[], signal: AbortSignal) {
  try {
    const stream = await chat.stream({ messages, maxTokens, signal });
    let said = '';
    for await (const delta of stream.deltas) said += delta;
    const text = visibleText(said).trim(); // PostgreSQL cannot store NUL
    if (!text) throw emptyAnswer();
    return { text, model: stream.model, usage: stream.usage() };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function keep({ db }: InterviewDeps, owner: string, prompt: string, text: string): Promise<void> {
  await db.prisma.$transaction(async (tx) => {
    await tx.assistantMessage.createMany({
      data: [
        { owner, role: 'user', text: prompt },
        { owner, role: 'assistant', text },
      ],
    });
    const oldest = await tx.assistantMessage.findFirst({
      where: { owner },
      orderBy: { id: 'desc' },
      skip: keptMessages - 1,
    });
    if (oldest) await tx.assistantMessage.deleteMany({ where: { owner, id: { lt: oldest.id } } });
  });
}

function tooManyUnderWay(): DomainError {
  const message = `${maxUnderWay} of your prompts are being answered. Wait for an answer before you ask more.`;
  return new DomainError('rate_limited', message, { retryAfterMs: 1_000 });
}

function clearedMeanwhile(): DomainError {
  return new DomainError('conflict', 'The conversation was cleared before this was answered. Ask again.');
}

const abandonedMs = 30 * 86_400_000;

/** Deletes anonymous conversations in which nobody spoke for 30 days: their cookie is long gone. */
export async function forgetAbandoned({ db }: Pick<InterviewDeps, 'db'>): Promise<void> {
  await db.pool.query(
    `delete from assistant_messages where owner in (
      select owner from assistant_messages where owner like 'cookie:%' group by owner having max(created_at) < $1)`,
    [new Date(Date.now() - abandonedMs)],
  );
}
