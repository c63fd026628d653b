import type { Database } from '../db/client.ts';

const keptMs = 86_400_000;

/** Answers are kept for whoever sends the same request again within 24 h. */
export async function expireIdempotencyKeys({ prisma }: Database): Promise<void> {
  await prisma.idempotencyKey.deleteMany({ where: { createdAt: { lt: new Date(Date.now() - keptMs) } } });
}
