import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type pg from 'pg';

export type SchemaEngine = bindings.SchemaEngine & AsyncDisposable;

const bindingsFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');

/** Prisma's schema engine as WebAssembly: the native one would have to be downloaded. Loaded only when there is work. */
export async function openSchemaEngine(pool: pg.Pool, datamodels?: [string, string][]): Promise<SchemaEngine> {
  const module = new WebAssembly.Module(await readFile(bindingsFile.replace(/\.js$/, '.wasm')));
  const timers: NodeJS.Timeout[] = [];
  const imports = Object.entries(bindings).map(([name, value]) => [
    name,
    // The engine leaves a timer running that would hold up the end of the process.
    name.startsWith('__wbg_setTimeout_')
      ? (work: () => void, ms: number) => track(timers, setTimeout(work, ms))
      : value,
  ]);
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': Object.fromEntries(imports) });
  bindings.__wbg_set_wasm(instance.exports);
  start(instance);
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const engine = await bindings.SchemaEngine.new({ datamodels }, () => {}, adapter);
  const dispose = async () => {
    for (const timer of timers) clearTimeout(timer);
    engine.free();
  };
  return Object.assign(engine, { [Symbol.asyncDispose]: dispose });
}

function track(timers: NodeJS.Timeout[], timer: NodeJS.Timeout): NodeJS.Timeout {
  timers.push(timer);
  return timer;
}

function start(instance: WebAssembly.Instance): void {
  const entry = instance.exports.__wbindgen_start;
  if (typeof entry !== 'function') throw new Error('the schema engine has no entry point');
  entry();
}
