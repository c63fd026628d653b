import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isTerminal } from '../../../src/conversation/events.ts';
import type { Guest } from '../../support/server-process.ts';
import { type Following, follow } from '../following.ts';
import { send, sha256 } from './answers.ts';
import { breach, type Claim, type Verdict } from './claim.ts';
import type { DoomedServer, Spoken } from './doomed-server.ts';
import { interview, type Scenario } from './scenarios.ts';

type Told = Following['told'];

const turnSchema = z.object({ turn_id: z.string() });

/** A conversation of two turns. The first is said aloud, or typed. */
export const talking =
  (by: 'voice' | 'text'): Scenario =>
  async (doomed) => {
    const begun = await interview(doomed, 1);
    if (!begun) return;
    const { guest, sessionId } = begun;
    const { url } = doomed;
    const input = { url, token: guest.token };
    const following = await doomed.attempt('following a conversation', () =>
      // From the beginning: whoever is cut off before the first event has no id to come back with.
      follow(input, { sessionId, lastEventId: 0 }),
    );
    if (!following) return;
    const turns: string[] = [];
    doomed.claims.push(conversation(doomed, guest, { sessionId, following, turns }));
    for (const aloud of [by === 'voice', false]) {
      const turnId = await (aloud ? sayAloud(doomed, guest, sessionId) : saySomething(doomed, guest, sessionId));
      if (!turnId) return;
      turns.push(turnId);
      await doomed.until('hearing a turn', async () => over(following.told, turnId));
    }
  };

const over = (told: Told, turnId: string) => told.some(({ data }) => data.turnId === turnId && isTerminal(data));

async function saySomething(doomed: DoomedServer, { viva }: Guest, sessionId: string): Promise<string | null> {
  const text = `I baked 400 loaves a day and lost none. That was ${doomed.mark()}.`;
  const said = await doomed.attempt('saying something', () => viva.chat.say.mutate({ sessionId, text }));
  return said?.turnId ?? null;
}

/** The recording counts as safe once it is acknowledged. */
async function sayAloud(doomed: DoomedServer, guest: Guest, sessionId: string): Promise<string | null> {
  const spoken = doomed.random.of(doomed.recordings);
  const upload = { path: `/upload/turns/${sessionId}`, spoken, key: null, fileName: `${randomUUID()}.mp3` };
  const said = await doomed.attempt('saying something aloud', () => send(doomed, guest, upload));
  if (!said) return null;
  if (doomed.keepsSound) doomed.claims.push(keptSound(doomed, sessionId, spoken));
  return turnSchema.parse(JSON.parse(said.toString())).turn_id;
}

function keptSound({ query }: DoomedServer, sessionId: string, { bytes }: Spoken): Claim {
  return {
    what: `what was said aloud in ${sessionId}`,
    async look() {
      const { rowCount } = await query(
        `select 1 from messages m join audio_files f on f.id = m.audio_id
          where m.session_id = $1 and f.sha256 = $2 and f.gone_at is null`,
        [sessionId, sha256(bytes)],
      );
      return rowCount === 1 ? 'holds' : breach('no message has its sound');
    },
  };
}

interface Conversation {
  sessionId: string;
  following: Following;
  turns: string[];
}

/** Every acknowledged turn comes to one end, and whoever reads it all again is told what was told, without gap or double. */
function conversation(doomed: DoomedServer, { token }: Guest, { sessionId, following, turns }: Conversation): Claim {
  let settled: Told | null = null;
  return {
    what: `the conversation ${sessionId}`,
    async look() {
      const ends = new Map(turns.map((turnId) => [turnId, endsOf(following.told, turnId)]));
      if (!settled && [...ends.values()].includes(0)) return 'pending';
      for (const [turnId, count] of ends) if (count > 1) return breach(`turn ${turnId} ended ${count} times`);
      const replayed = await replay(doomed, { token, sessionId });
      if (settled) return asBefore(settled, replayed);
      const heard = new Set(following.told.map(({ id }) => id));
      // Also of a turn that was not acknowledged: whoever comes back hears what became of it.
      if (!replayed.every(({ id }) => heard.has(id))) return 'pending';
      await following.leave();
      settled = replayed;
      return compare(following.told, replayed);
    },
  };
}

const endsOf = (told: Told, turnId: string) =>
  told.filter(({ data }) => data.turnId === turnId && isTerminal(data)).length;

async function replay({ url, query }: DoomedServer, { token, sessionId }: { token: string; sessionId: string }) {
  const { rows } = await query<{ last: string | null }>(
    'select max(id) as last from turn_events where session_id = $1',
    [sessionId],
  );
  const last = Number(rows[0]?.last ?? 0);
  const again = await follow({ url, token }, { sessionId, lastEventId: 0 });
  if (last > 0) await again.seen((told) => Number(told.at(-1)?.id) >= last);
  await again.leave();
  return again.told;
}

const asBefore = (before: Told, now: Told): Verdict =>
  before.every(({ id }, index) => now[index]?.id === id) ? 'holds' : breach('it is told in another way than before');

/** What a server had told and not yet written when it died may be missing at the end of its turn, and nothing else. */
function compare(told: Told, replayed: Told): Verdict {
  const ids = told.map(({ id }) => Number(id));
  if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? 0))) return breach('an event was told twice');
  const stored = new Set(replayed.map(({ id }) => id));
  for (const lost of told.filter(({ id }) => !stored.has(id))) {
    const later = replayed.find(({ id, data }) => Number(id) > Number(lost.id) && data.turnId === lost.data.turnId);
    const failed = later?.data.type === 'turn-failed' && later.data.stage === 'server';
    if (!failed) return breach(`${lost.data.type} was told and is missing in the middle`);
    if (isTerminal(lost.data)) return breach(`${lost.data.type} was told, and then that the turn had failed`);
  }
  return 'holds';
}
