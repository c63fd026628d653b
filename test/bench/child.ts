import { fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

/** A process of the bench: a server under test, or the load. */
export interface Child extends AsyncDisposable {
  pid: number;
  /** Sends a message and gives the next one that comes back. */
  ask(message: object): Promise<unknown>;
}

export interface ServerChild extends Child {
  url: string;
}

/** Starts a module of this folder with Node's own defaults and waits for its first message. Throws when it dies. */
export async function startChild(module: string, settings: object = {}): Promise<Child & { first: unknown }> {
  const path = new URL(module, import.meta.url).pathname;
  const child = fork(path, [JSON.stringify(settings)], { execArgv: profiling(module) });
  const exited = once(child, 'exit');
  const reply = async (): Promise<unknown> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      exited.then(([code]) => {
        throw new Error(`${module} ended with ${code}`);
      }),
    ]);
    return message;
  };
  exited.catch(() => {});
  return {
    pid: child.pid ?? 0,
    first: await reply(),
    ask(message) {
      child.send(message);
      return reply();
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}

/** `BENCH_CPU_PROFILE=servers/viva.ts` leaves a CPU profile of that process in the working directory. */
function profiling(module: string): string[] {
  return process.env.BENCH_CPU_PROFILE === module ? ['--cpu-prof'] : [];
}

export async function startServer(module: string, settings: object): Promise<ServerChild> {
  const child = await startChild(module, settings);
  return { ...child, ...z.object({ url: z.url() }).parse(child.first) };
}
