import { DomainError } from '../errors.ts';
import type { Caller } from './context.ts';

/** Fetch-or-throw, scoped to the owner: somebody else's id is as unknown as one that never was. */

export async function ownedSession({ deps, userId }: Caller, id: string) {
  const session = await deps.db.prisma.session.findFirst({ where: { id, userId } });
  return session ?? refuse('session');
}

export async function ownedQuestion({ deps, userId }: Caller, id: string) {
  const question = await deps.db.prisma.question.findFirst({
    where: { id, session: { userId } },
    include: { session: true },
  });
  return question ?? refuse('question');
}

export async function ownedAnswer({ deps, userId }: Caller, id: string) {
  const answer = await deps.db.prisma.answer.findFirst({
    where: { id, question: { session: { userId } } },
    include: { audio: { select: { goneAt: true } }, question: { include: { session: true } } },
  });
  return answer ?? refuse('answer');
}

export async function ownedCv({ deps, userId }: Caller, id: string) {
  const cv = await deps.db.prisma.cv.findFirst({ where: { id, userId } });
  return cv ?? refuse('CV');
}

function refuse(what: string): never {
  throw new DomainError('not_found', `There is no such ${what}.`);
}

export async function requireConsent({ deps, userId }: Caller): Promise<void> {
  const user = await deps.db.prisma.user.findUnique({ where: { id: userId }, select: { consentedAt: true } });
  if (!user?.consentedAt) throw consentRequired();
}

export function consentRequired(): DomainError {
  return new DomainError(
    'consent_required',
    'Your voice may be stored only with your consent. Agree to the recording first (auth.consent, or POST /api/auth/consent).',
  );
}

/** Of a question that is answered: it has to be there, in a session that goes on. */
export function refuseUnanswerable(session: { state: string } | undefined): asserts session {
  if (!session) throw new DomainError('not_found', 'There is no such question.');
  if (session.state === 'active') return;
  throw new DomainError('session_ended', 'This interview has ended and takes no more answers. Start a new session.');
}
