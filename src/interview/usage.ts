import { z } from 'zod';
import type { TokenUsage } from '../llm/chat-model.ts';
import type { HearingUsage } from '../speech/voice-model.ts';
import { ownedSession } from './access.ts';
import type { Caller, InterviewDeps } from './context.ts';
import { estimateCostUsd } from './prices.ts';
import { idSchema } from './schemas.ts';

const capabilitySchema = z.enum(['chat', 'evaluate', 'transcribe', 'speak', 'realtime', 'listen']);
const count = z.number().int().nonnegative();

const modelUsageSchema = z.object({
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
});
type ModelUsage = z.output<typeof modelUsageSchema>;

const sumSchema = z.object({
  models: z.array(modelUsageSchema),
  /** Null when one of the models has no price: a sum without it would mislead. */
  estimatedCostUsd: z.number().nonnegative().nullable(),
});

export const sessionUsageSchema = sumSchema.extend({
  sessionId: idSchema,
  /** Of that, the turns of the live conversation, oldest first. */
  turns: z.array(sumSchema.extend({ turnId: idSchema })),
});
export type SessionUsage = z.output<typeof sessionUsageSchema>;

/** Whom a call upstream is booked to. */
export interface Booking {
  userId: string;
  sessionId?: string;
  turnId?: string;
}

/** Books the tokens of one upstream call to its user. */
export async function recordTokens(
  { db, allowance }: InterviewDeps,
  call: Booking & { capability: 'chat' | 'evaluate' | 'realtime'; model: string; usage: TokenUsage },
): Promise<void> {
  const { usage, ...rest } = call;
  allowance.consumed(call.userId, { tokens: usage.inputTokens + usage.outputTokens });
  await db.prisma.usage.create({ data: { ...rest, ...usage } });
}

/** Books what hearing live consumed: tokens or length, as the model is billed. */
export async function bookHearing(
  { db, allowance }: InterviewDeps,
  booking: Booking,
  usage: HearingUsage,
): Promise<void> {
  const { audioMs, inputTokens, outputTokens } = usage;
  allowance.consumed(booking.userId, { audioMs, tokens: inputTokens + outputTokens });
  await db.prisma.usage.create({ data: { ...booking, ...usage, capability: 'listen' } });
}

/**
 * What a session's calls upstream consumed, by capability and model, and what that costs by estimate. The built-in
 * stand-in is priced like the models whose names it bears. Throws `not_found`.
 */
export async function sessionUsage(caller: Caller, sessionId: string): Promise<SessionUsage> {
  await ownedSession(caller, sessionId);
  const sums = await caller.deps.db.prisma.usage.groupBy({
    by: ['turnId', 'capability', 'model'],
    where: { sessionId },
    orderBy: [{ turnId: 'asc' }, { capability: 'asc' }, { model: 'asc' }],
    _count: true,
    _sum: { inputTokens: true, outputTokens: true, audioMs: true, characters: true },
  });
  const rows = sums.map(({ turnId, capability, model, _count, _sum }) => ({
    turnId,
    usage: {
      capability: capabilitySchema.parse(capability),
      model,
      calls: _count,
      inputTokens: _sum.inputTokens ?? 0,
      outputTokens: _sum.outputTokens ?? 0,
      audioMs: _sum.audioMs ?? 0,
      characters: _sum.characters ?? 0,
    },
  }));
  const byTurn = Map.groupBy(rows, ({ turnId }) => turnId);
  const turns = [...byTurn].flatMap(([turnId, ofTurn]) => (turnId ? [{ turnId, ...sumOf(ofTurn) }] : []));
  return { sessionId, ...sumOf(rows), turns };
}

type Consumed = Omit<ModelUsage, 'estimatedCostUsd'>;

/** One entry for each capability and model, in their order, with what they cost together. */
function sumOf(rows: { usage: Consumed }[]): z.output<typeof sumSchema> {
  const byModel = Map.groupBy(rows, ({ usage }) => `${usage.capability} ${usage.model}`);
  const models = [...byModel.keys()].sort().flatMap((key) => {
    const total = byModel
      .get(key)
      ?.map(({ usage }) => usage)
      .reduce(add);
    return total ? [{ ...total, estimatedCostUsd: estimateCostUsd(total.model, total) }] : [];
  });
  const estimatedCostUsd = models.reduce<number | null>(
    (sum, { estimatedCostUsd: cost }) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
  return { models, estimatedCostUsd };
}

function add(one: Consumed, other: Consumed): Consumed {
  return {
    ...one,
    calls: one.calls + other.calls,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    audioMs: one.audioMs + other.audioMs,
    characters: one.characters + other.characters,
  };
}
