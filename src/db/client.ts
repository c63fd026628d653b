import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Log } from '../log.ts';
import { PrismaClient } from './generated/client.ts';

export interface Database {
  /** Everything that writes, and the reads that are not hot. */
  prisma: PrismaClient;
  /** The same connections, for the few hot reads in `selects.ts`. */
  pool: pg.Pool;
  close(): Promise<void>;
}

export function openDatabase(url: string, options: { poolSize: number; log: Log }): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize,
    connectionTimeoutMillis: 5_000,
    application_name: 'viva',
  });
  // An idle connection that dies would otherwise end the process; the next query opens a new one.
  pool.on('error', (error) => options.log.warn({ err: error }, 'a database connection was lost'));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 5_000, timeout: 15_000 },
  });
  return {
    prisma,
    pool,
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}
