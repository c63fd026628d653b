import type { InterviewDeps } from '../interview/context.ts';
import { primaryLanguage } from '../interview/language.ts';
import { interviewerSettingsSchema } from '../interview/schemas.ts';
import { findSpoken, speakOnce } from '../interview/spoken-once.ts';
import { acknowledgementLines } from './acknowledgement-lines.ts';
import type { RunningTurn } from './running-turn.ts';

interface Session {
  id: string;
  userId: string;
  voice: string;
  language: string;
  interviewer: unknown;
}

/** The lines of a session that wants them; none in a language without any. */
function linesOf({ interviewer, language }: Session): readonly string[] {
  if (!interviewerSettingsSchema.parse(interviewer).acknowledge) return [];
  return acknowledgementLines[primaryLanguage(language)] ?? [];
}

/** Has the lines spoken before they are needed: once per voice, language and model. */
export async function prepareAcknowledgements(
  deps: InterviewDeps,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  const { id: sessionId, userId, voice, language } = session;
  for (const text of linesOf(session)) {
    await speakOnce(deps, { kind: 'filler', text, voice, language, userId, sessionId, signal });
  }
}

/**
 * Tells what to play while the reply is prepared, a different line each time. Never holds the turn up: where no line is
 * spoken yet it is left out this time, and one that comes after the reply's first sound is not told any more.
 */
export function acknowledge(turn: RunningTurn): void {
  const { deps, session } = turn;
  const lines = linesOf(session);
  if (lines.length === 0) return;
  const find = async () => {
    const earlier = await deps.db.prisma.turn.count({ where: { sessionId: session.id } });
    const text = lines[earlier % lines.length] ?? '';
    const spoken = await findSpoken(deps, { text, voice: session.voice, language: session.language });
    if (!spoken) {
      deps.later('speak acknowledgements', (signal) => prepareAcknowledgements(deps, session, signal));
      return;
    }
    if (turn.ending || turn.latency.firstAudioMs !== null) return;
    turn.publish({ type: 'acknowledgement', text, audioUrl: `/audio/${spoken.id}` });
  };
  find().catch((error: unknown) => deps.log.warn({ err: error, turnId: turn.id }, 'no acknowledgement was found'));
}
