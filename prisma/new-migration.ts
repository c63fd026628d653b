/**
 * `npm run migration -- add_something`: writes the SQL that takes the last migration to what schema.prisma says.
 * Each migration keeps the schema it led to, so that the two can be compared.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/db/embedded-postgres.ts';
import { openSchemaEngine } from '../src/db/schema-engine.ts';

const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Name the migration in lower-case words: npm run migration -- add_something');
  process.exit(2);
}
const folder = join(import.meta.dirname, 'migrations');
const last = (await readdir(folder))
  .filter((entry) => /^\d/.test(entry))
  .sort()
  .at(-1);
const read = async (path: string) => ({ path, content: await readFile(path, 'utf8') });
const schema = await read(join(import.meta.dirname, 'schema.prisma'));
const previous = last && (await read(join(folder, last, 'schema.prisma')));

const sql = await compare();
if (!sql || sql.includes('This is an empty migration')) {
  console.log('The migrations already match the schema.');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const target = join(folder, `${stamp}_${name}`);
  await mkdir(target);
  await writeFile(join(target, 'migration.sql'), sql);
  await writeFile(join(target, 'schema.prisma'), schema.content);
  console.log(`wrote ${join(target, 'migration.sql')}: read it before you commit it`);
}

/** The engine insists on a database to talk to, although it compares files only. */
async function compare(): Promise<string | null> {
  const scratch = await mkdtemp(join(tmpdir(), 'viva-migration-'));
  const postgres = await startEmbeddedPostgres({ folder: scratch, log: { info() {}, warn() {}, error() {} } });
  const pool = new pg.Pool({ connectionString: postgres.url });
  try {
    await using engine = await openSchemaEngine(pool);
    const { stdout } = await engine.diff({
      from: previous ? { tag: 'schemaDatamodel', files: [previous] } : { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout;
  } finally {
    await pool.end();
    await postgres.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}
