import { z } from 'zod';
import type { TokenUsage } from '../llm/chat-model.ts';
import { ownedSession } from './access.ts';
import type { Caller, InterviewDeps } from './context.ts';
import { estimateCostUsd } from './prices.ts';
import { idSchema } from './schemas.ts';

const capabilitySchema = z.enum(['chat', 'evaluate', 'transcribe', 'speak']);
const count = z.number().int().nonnegative();

export const sessionUsageSchema = z.object({
  sessionId: idSchema,
  models: z.array(
    z.object({
      capability: capabilitySchema,
      model: z.string(),
      calls: count,
      inputTokens: count,
      outputTokens: count,
      /** Heard or spoken. */
      audioMs: count,
      /** Spoken. */
      characters: count,
      /** At the vendor's list price; null where `prices.ts` has none for this model. */
      estimatedCostUsd: z.number().nonnegative().nullable(),
    }),
  ),
  /** Null when one of the models has no price: a sum without it would mislead. */
  estimatedCostUsd: z.number().nonnegative().nullable(),
});
export type SessionUsage = z.output<typeof sessionUsageSchema>;

/** Books the tokens of one upstream call to its user. */
export async function recordTokens(
  { db }: InterviewDeps,
  call: { userId: string; sessionId?: string; capability: 'chat' | 'evaluate'; model: string; usage: TokenUsage },
): Promise<void> {
  const { usage, ...rest } = call;
  await db.prisma.usage.create({ data: { ...rest, ...usage } });
}

/**
 * What a session's calls upstream consumed, by capability and model, and what that costs by estimate. The built-in
 * stand-in is priced like the models whose names it bears. Throws `not_found`.
 */
export async function sessionUsage(caller: Caller, sessionId: string): Promise<SessionUsage> {
  await ownedSession(caller, sessionId);
  const sums = await caller.deps.db.prisma.usage.groupBy({
    by: ['capability', 'model'],
    where: { sessionId },
    orderBy: [{ capability: 'asc' }, { model: 'asc' }],
    _count: true,
    _sum: { inputTokens: true, outputTokens: true, audioMs: true, characters: true },
  });
  const models = sums.map(({ capability, model, _count, _sum }) => {
    const { inputTokens, outputTokens, audioMs, characters } = _sum;
    const consumed = {
      inputTokens: inputTokens ?? 0,
      outputTokens: outputTokens ?? 0,
      audioMs: audioMs ?? 0,
      characters: characters ?? 0,
    };
    const estimatedCostUsd = estimateCostUsd(model, consumed);
    return { capability: capabilitySchema.parse(capability), model, calls: _count, ...consumed, estimatedCostUsd };
  });
  const estimatedCostUsd = models.reduce<number | null>(
    (sum, { estimatedCostUsd: cost }) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
  return { sessionId, models, estimatedCostUsd };
}
