import { Prisma } from '../db/generated/client.ts';
import { DomainError } from '../errors.ts';
import { ownedSession } from '../interview/access.ts';
import { removeUnusedAudio } from '../interview/stored-audio.ts';
import type { StagedAudio } from '../storage/audio-storage.ts';
import { acknowledge, prepareAcknowledgements } from './acknowledgement.ts';
import type { ConversationCaller } from './context.ts';
import { heardText, spokenPieceSchema } from './heard.ts';
import { hearRecording } from './hearing.ts';
import { createRelay } from './relay.ts';
import { Interrupted, openTurn, type RunningTurn } from './running-turn.ts';
import { keepSaid, takeUpUnanswered } from './said.ts';
import { stopTurn } from './stop-turn.ts';
import { type Hear, type Reply, runTurn } from './turn.ts';

/** The interviewer opens: welcomes the candidate and asks the first question. */
export async function begin(caller: ConversationCaller, input: { sessionId: string }): Promise<{ turnId: string }> {
  const turn = await openTurn(caller, input.sessionId, { by: 'opening' });
  start(turn, async () => null);
  // While the candidate listens to the opening: nothing competes with its speech.
  void turn.ended.then(() => {
    caller.deps.later('speak acknowledgements', (signal) => prepareAcknowledgements(caller.deps, turn.session, signal));
  });
  return { turnId: turn.id };
}

/** Says something in writing. Answers at once: the rest comes as events. */
export async function say(
  caller: ConversationCaller,
  input: { sessionId: string; text: string },
): Promise<{ turnId: string }> {
  const turn = await openTurn(caller, input.sessionId, { by: 'text' });
  start(turn, () => {
    acknowledge(turn);
    return keepSaid(turn, { text: input.text, durationMs: null, audioId: null, transcribedBy: null });
  });
  return { turnId: turn.id };
}

/** Makes the interviewer's move again after a turn that failed, from the words that were kept. */
export async function retry(caller: ConversationCaller, input: { sessionId: string }): Promise<{ turnId: string }> {
  await requireUnanswered(caller, input.sessionId);
  const turn = await openTurn(caller, input.sessionId, { by: 'retry' });
  start(turn, () => takeUpUnanswered(turn));
  return { turnId: turn.id };
}

/** A turn that failed can be tried again when its words were kept, or when there was nothing to say: the opening. */
async function requireUnanswered(caller: ConversationCaller, sessionId: string): Promise<void> {
  const { interviewState } = await ownedSession(caller, sessionId);
  const last = await caller.deps.db.prisma.turn.findFirst({
    where: { sessionId, state: { not: 'running' } },
    orderBy: { id: 'desc' },
    include: { messages: { where: { role: 'candidate', text: { not: '' } } } },
  });
  if (last?.state === 'failed' && (last.messages.length > 0 || interviewState === null)) return;
  throw new DomainError('conflict', 'There are no words without a reply to try again. Say something.');
}

/**
 * Reads a recording from wherever it comes from, passing its bytes through, and stages it. Rejects once the signal
 * aborts: the turn is over then.
 */
export type Receive = (
  through: (file: {
    fileName: string;
    mimeType: string;
    bytes: AsyncIterable<Uint8Array>;
  }) => AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) => Promise<StagedAudio>;

/** Says something aloud. Answers once the recording is safe: the rest comes as events. Needs consent to being recorded. */
export async function sayAloud(
  caller: ConversationCaller,
  sessionId: string,
  receive: Receive,
): Promise<{ turnId: string }> {
  const turn = await openTurn(caller, sessionId, { by: 'speech', recorded: true });
  const relay = createRelay();
  const named = Promise.withResolvers<{ fileName: string; mimeType: string }>();
  const safe = Promise.withResolvers<void>();
  start(turn, async () => {
    const received = receive(({ fileName, mimeType, bytes }) => {
      named.resolve({ fileName, mimeType });
      return relay.pass(bytes);
    }, turn.signal);
    received.then(() => {
      turn.inputEndedAt = performance.now();
    }, named.reject);
    return hearRecording(turn, { relay, named: named.promise, received }, safe.resolve).catch((error: unknown) => {
      safe.reject(turn.signal.aborted ? reasonToTell(turn.signal.reason) : error);
      throw error;
    });
  });
  await safe.promise;
  return { turnId: turn.id };
}

/** Why a turn ended before its recording had arrived. */
function reasonToTell(reason: unknown): unknown {
  if (!(reason instanceof Interrupted)) return reason;
  return new DomainError('conflict', 'This turn was interrupted before its recording had arrived. Say it again.');
}

/** The turn goes on when the client leaves: it is stored, and can be replayed. */
export function start(turn: RunningTurn, hear: Hear, reply?: Reply): void {
  const restarting = new DomainError('unavailable', 'The server is restarting. Say it again in a moment.');
  const started = turn.deps.later('turn', async (stopping) => {
    const stop = () => turn.abort(restarting);
    stopping.addEventListener('abort', stop, { once: true });
    await runTurn(turn, hear, reply);
    stopping.removeEventListener('abort', stop);
  });
  if (started) return;
  turn.abort(restarting);
  void runTurn(turn, hear, reply);
}

/**
 * The candidate began to speak after hearing `heardMs` of the reply: generation and synthesis stop, and the stored reply
 * is cut to what was heard. Also right after the end of a turn, while its audio still plays. Throws `unavailable` when
 * another server runs the turn and does not answer.
 */
export async function interrupt(
  caller: ConversationCaller,
  { sessionId, heardMs }: { sessionId: string; heardMs: number },
): Promise<{ interrupted: boolean; heardText: string | null }> {
  const { deps } = caller;
  const session = await ownedSession(caller, sessionId);
  const stopped = await stopTurn(deps, sessionId, heardMs);
  const reply = await deps.db.prisma.message.findFirst({
    where: { sessionId, role: 'interviewer', ...(stopped && { turnId: stopped.turnId }) },
    orderBy: { id: 'desc' },
    include: { audio: true },
  });
  // One that came to its end just before has its reply cut like any other that still plays.
  if (stopped?.outcome === 'interrupted') return { interrupted: true, heardText: reply?.heardText ?? null };
  if (!reply?.audio || reply.heardText !== null || heardMs >= reply.audio.durationMs) {
    return { interrupted: false, heardText: null };
  }
  const pieces = spokenPieceSchema.array().parse(reply.pieces);
  const heard = heardText(pieces, heardMs, session.language);
  await deps.db.prisma.message.update({ where: { id: reply.id }, data: { heardText: heard } });
  return { interrupted: true, heardText: heard };
}

/** Forgets the conversation: its messages, their audio, its events, and where the interviewer stood. */
export async function reset(caller: ConversationCaller, sessionId: string): Promise<void> {
  const { deps } = caller;
  await ownedSession(caller, sessionId);
  await stopTurn(deps, sessionId, 0);
  const messages = await deps.db.prisma.message.findMany({ where: { sessionId }, select: { audioId: true } });
  await deps.db.prisma.$transaction([
    deps.db.prisma.message.deleteMany({ where: { sessionId } }),
    deps.db.prisma.turn.deleteMany({ where: { sessionId, state: { not: 'running' } } }),
    deps.db.prisma.session.update({ where: { id: sessionId }, data: { interviewState: Prisma.DbNull } }),
  ]);
  deps.events.forget(sessionId);
  await removeUnusedAudio(
    deps,
    messages.flatMap(({ audioId }) => audioId ?? []),
  );
}
