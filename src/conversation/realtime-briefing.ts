import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { ownedSession, requireConsent } from '../interview/access.ts';
import { primaryLanguage } from '../interview/language.ts';
import { expectedSignalSchema, interviewerSettingsSchema } from '../interview/schemas.ts';
import { type Voice, voiceSchema } from '../speech/voices.ts';
import type { ConversationCaller } from './context.ts';
import { memoryLimits, remember } from './memory.ts';
import { selfConductedInstructions } from './self-conducted.ts';

/** What a realtime session is to be told when it conducts somebody's interview. */
export interface RealtimeBriefing {
  sessionId: string;
  instructions: string;
  voice: Voice;
  /** BCP 47. */
  language: string;
  /** As transcribers name it. */
  spokenLanguage: string;
}

/** Throws `not_found`, `session_ended`, or `consent_required`: what is said in an interview is stored. */
export async function requireTalkable(caller: ConversationCaller, sessionId: string) {
  const session = await ownedSession(caller, sessionId);
  if (session.state === 'ended') {
    throw new DomainError('session_ended', 'This interview has ended. Start a new session to go on talking.');
  }
  await requireConsent(caller);
  return session;
}

/** Briefs a model that is to conduct an interview by itself. Throws as `requireTalkable`. */
export async function briefRealtime(caller: ConversationCaller, sessionId: string): Promise<RealtimeBriefing> {
  const session = await requireTalkable(caller, sessionId);
  const { prisma } = caller.deps.db;
  const [questions, stored, cv] = await Promise.all([
    prisma.question.findMany({ where: { sessionId }, orderBy: { position: 'asc' } }),
    prisma.message.findMany({
      where: { sessionId, saidAgain: false },
      orderBy: { id: 'desc' },
      take: memoryLimits.maxMessages,
    }),
    session.cvId ? prisma.cv.findUnique({ where: { id: session.cvId } }) : null,
  ]);
  const { language, jobDescription } = session;
  const { maxFollowUps } = interviewerSettingsSchema.parse(session.interviewer);
  const instructions = selfConductedInstructions({
    session: { jobDescription, cvText: cv?.text ?? null, language, maxFollowUps },
    questions: questions.map(({ text, expectedSignals }) => ({
      text,
      expectedSignals: z.array(expectedSignalSchema).parse(expectedSignals),
    })),
    memory: remember(stored.reverse()),
  });
  const voice = voiceSchema.parse(session.voice);
  return { sessionId, instructions, voice, language, spokenLanguage: primaryLanguage(language) };
}
