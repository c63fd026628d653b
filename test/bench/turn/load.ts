/** The candidates, in a process of their own: each talks in a session of its own, turn after turn. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { endWithParent, tell } from '../servers/parent.ts';
import { openPeer, openViva, type TurnClient } from './clients.ts';

const messageSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('open-peer'), url: z.string(), names: z.array(z.string()) }),
  z.object({
    act: z.literal('open-viva'),
    url: z.string(),
    sessions: z.array(z.object({ sessionId: z.string(), headers: z.object({ authorization: z.string() }) })),
  }),
  z.object({
    act: z.literal('talk'),
    recording: z.string(),
    turns: z.number(),
    /** Candidates begin one after the other over this time: people do not breathe in step. */
    spreadMs: z.number(),
  }),
  z.object({ act: z.literal('close') }),
]);
export type LoadMessage = z.output<typeof messageSchema>;

let clients: TurnClient[] = [];

async function talk({ recording, turns, spreadMs }: Extract<LoadMessage, { act: 'talk' }>): Promise<number[]> {
  const bytes = await readFile(recording);
  const waits = await Promise.all(
    clients.map(async (client, index) => {
      await sleep((index * spreadMs) / clients.length);
      const own: number[] = [];
      while (own.length < turns) own.push(await client.turn(bytes));
      return own;
    }),
  );
  return waits.flat();
}

async function act(message: LoadMessage): Promise<object> {
  switch (message.act) {
    case 'open-peer':
      clients = await Promise.all(message.names.map((name) => openPeer(message.url, name)));
      return {};
    case 'open-viva':
      clients = await Promise.all(message.sessions.map((session) => openViva(message.url, session)));
      return {};
    case 'talk':
      return { waitsMs: await talk(message) };
    case 'close':
      await Promise.all(clients.map((client) => client.close()));
      clients = [];
      return {};
  }
}

process.on('message', (message) => {
  act(messageSchema.parse(message)).then(tell, (error: unknown) => tell({ failed: String(error) }));
});
endWithParent();
tell({ ready: true });
