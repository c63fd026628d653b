import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase extends AsyncDisposable {
  url: string;
  /** Removes the database, cutting off whoever is still connected. */
  drop(): Promise<void>;
}

/** A migrated, empty database of one's own: a copy of the template, by default the one of the test run; takes about 50 ms. */
export async function createTestDatabase(templateUrl: string = inject('templateUrl')): Promise<TestDatabase> {
  const template = new URL(templateUrl);
  const name = `viva_${randomUUID()}`;
  await administer(template, (client) => copyTemplate(client, template.pathname.slice(1), name));
  const drop = () =>
    administer(template, async (client) => {
      await client.query(`drop database if exists "${name}" with (force)`);
    });
  return { url: withDatabase(template, name), drop, [Symbol.asyncDispose]: drop };
}

/** PostgreSQL refuses to copy a database while somebody is connected to it, autovacuum included. */
async function copyTemplate(client: pg.Client, template: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`create database "${name}" template "${template}"`);
      return;
    } catch (error) {
      const inUse = error instanceof pg.DatabaseError && error.code === '55006';
      if (!inUse || attempt === 10) throw error;
      await sleep(100 * attempt);
    }
  }
}

async function administer(template: URL, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(template, 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(server: URL, name: string): string {
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}
