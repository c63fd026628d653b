import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** Which call is to fail from now on: the n-th of its kind, once. Null: none. */
export const commandSchema = z.object({
  fail: z.object({ call: z.string(), occurrence: z.number(), code: z.string() }).nullable(),
});
export type Command = z.output<typeof commandSchema>;

const replySchema = z.object({
  /** What was called since the command before, in order. */
  calls: z.string().array(),
  /** Whether the call that was to fail came. */
  met: z.boolean(),
});

/** Tells a server that was started with `failing-fs.ts` what is to fail, and hears what was called until now. */
export async function command(socketPath: string, fail: Command['fail']): Promise<z.output<typeof replySchema>> {
  const socket = connect(socketPath);
  await once(socket, 'connect');
  socket.write(JSON.stringify({ fail } satisfies Command));
  return replySchema.parse(JSON.parse(await text(socket)));
}
