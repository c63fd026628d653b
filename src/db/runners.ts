import type pg from 'pg';
import type { Prisma } from './generated/client.ts';

/** Statements that others bring along, run in a transaction of ours. */
interface Runner {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export function inClient(client: pg.ClientBase): Runner {
  return { executeSql: (text, values) => client.query(text, values) };
}

export function inPrisma(transaction: Prisma.TransactionClient): Runner {
  return { executeSql: async (text, values = []) => ({ rows: await transaction.$queryRawUnsafe(text, ...values) }) };
}
