import type { TokenUsage } from '../llm/chat-model.ts';
import type { InterviewDeps } from './context.ts';

/** Books the tokens of one upstream call to its user. */
export async function recordTokens(
  { db }: InterviewDeps,
  call: { userId: string; sessionId?: string; capability: 'chat' | 'evaluate'; model: string; usage: TokenUsage },
): Promise<void> {
  const { usage, ...rest } = call;
  await db.prisma.usage.create({ data: { ...rest, ...usage } });
}
