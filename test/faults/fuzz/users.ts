import fc from 'fast-check';
import { z } from 'zod';
import { createVivaClient } from '../../../src/client.ts';
import type { Guest, ServerProcess } from '../../support/server-process.ts';

/** Whoever calls: some users with an interview each, replaced as calls sign them out or delete them. */
export interface Users {
  next(): Guest;
  /** Signs somebody in instead, when this one no longer is. */
  renew(user: Guest): Promise<void>;
  /** Ids of what they have, and some of nothing. */
  ids: fc.Arbitrary<string>;
}

const count = 6;

export async function createUsers(server: ServerProcess): Promise<Users> {
  const known: string[] = ['00000000-0000-4000-8000-000000000000', '018f0000-0000-7000-8000-000000000000'];
  const users: Guest[] = [];
  const renewing = new Set<Guest>();
  for (let each = 0; each < count; each++) users.push(await withInterview(server, known));
  let turn = 0;
  return {
    next: () => users[turn++ % users.length] ?? missing(),
    async renew(user) {
      const index = users.indexOf(user);
      if (index < 0 || renewing.has(user)) return;
      renewing.add(user);
      const signedIn = await user.viva.auth.me.query().catch(() => null);
      renewing.delete(user);
      if (!signedIn?.consentedAt) users[index] = await signInFromElsewhere(server);
    },
    ids: fc.constantFrom(...known),
  };
}

/** One address may make so many guests a minute: the calls of this campaign come from many. */
async function signInFromElsewhere({ url }: ServerProcess): Promise<Guest> {
  addresses += 1;
  const from = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
  const response = await fetch(`${url}/api/auth/guest`, { method: 'POST', headers: { 'x-forwarded-for': from } });
  const { token, user } = signedInSchema.parse(await response.json());
  const viva = createVivaClient({ url, token });
  await viva.auth.consent.mutate();
  return { token, userId: user.id, viva };
}

const signedInSchema = z.object({ token: z.string(), user: z.object({ id: z.string() }) });
let addresses = 0;

async function withInterview(server: ServerProcess, known: string[]): Promise<Guest> {
  const guest = await server.signIn();
  const { id: sessionId } = await guest.viva.sessions.create.mutate({
    jobDescription: 'Senior TypeScript developer for payment APIs',
    questionCount: 3,
    speakQuestions: false,
  });
  const questions = await guest.viva.questions.list.query({ sessionId });
  known.push(sessionId, guest.userId);
  for (const { id } of questions) {
    const answer = await guest.viva.answers.submitText.mutate({ questionId: id, text: 'I led it, and it went well.' });
    known.push(id, answer.id);
  }
  return guest;
}

function missing(): never {
  throw new Error('there are no users');
}
