import { z } from 'zod';
import type { AuthDeps } from './auth.ts';
import type { Identity } from './identity.ts';
import type { User } from './schemas.ts';
import { me } from './users.ts';

/**
 * Which wording of the consent to being recorded is shown. Its words are the strings `consent*` under `src/web/pages`
 * (start, interview, live): whoever changes them there gives this another value, so that the log tells what was agreed to.
 */
export const recordingWording = 'recording-2026-11';

const subject = 'recording';
const mostListed = 500;

export const consentEntrySchema = z.object({
  subject: z.string().describe('What it is about: `recording`.'),
  given: z.boolean().describe('False: it was withdrawn.'),
  wording: z.string().describe('Which wording was shown.'),
  at: z.iso.datetime(),
});
export type ConsentView = z.output<typeof consentEntrySchema>;

/** Stores that the user agreed to being recorded. The first time counts. Throws as `me`. */
export function giveConsent(auth: AuthDeps, identity: Identity): Promise<User> {
  return setConsent(auth, identity, true);
}

/**
 * Takes the consent back: from now on no voice is stored (`consent_required`). What was recorded before stays until it
 * is deleted (`sessions.delete`, `auth.deleteAccount`). Doing it twice is one withdrawal. Throws as `me`.
 */
export function withdrawConsent(auth: AuthDeps, identity: Identity): Promise<User> {
  return setConsent(auth, identity, false);
}

/** The user's row and the log together: neither says what the other does not. */
async function setConsent(auth: AuthDeps, identity: Identity, given: boolean): Promise<User> {
  const { userId } = identity;
  const now = new Date(auth.clock());
  await auth.db.prisma.$transaction(async (tx) => {
    const { count } = await tx.user.updateMany({
      where: { id: userId, consentedAt: given ? null : { not: null } },
      data: { consentedAt: given ? now : null },
    });
    if (count === 0) return;
    await tx.consentEntry.create({ data: { userId, subject, given, wording: recordingWording, createdAt: now } });
  });
  return me(auth, identity);
}

/** What the user agreed to and took back, newest first: the last 500. */
export async function listConsents(auth: AuthDeps, identity: Identity): Promise<ConsentView[]> {
  const entries = await auth.db.prisma.consentEntry.findMany({
    where: { userId: identity.userId },
    orderBy: { id: 'desc' },
    take: mostListed,
  });
  return entries.map(({ subject, given, wording, createdAt }) => ({
    subject,
    given,
    wording,
    at: createdAt.toISOString(),
  }));
}
