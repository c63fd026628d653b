import { asDomainError, DomainError } from '../../errors.ts';
import { ownedSession } from '../../interview/access.ts';
import type { ConversationCaller } from '../context.ts';
import type { TurnEvent } from '../events.ts';
import { memoryLimits, remember } from '../memory.ts';
import { openTurn, type RunningTurn } from '../running-turn.ts';
import { keepSaid } from '../said.ts';
import type { Hear } from '../turn.ts';
import { interrupt, start } from '../turns.ts';
import { createHearing } from './hearing.ts';
import type { Partner, PartnerTools } from './partner.ts';
import { replyOverVoice } from './reply.ts';
import { createReplyDesk } from './reply-source.ts';
import type { Utterances } from './utterances.ts';

const dropped = () => new DomainError('upstream_failed', 'The connection to the model was lost. Say it again.');

type By = Extract<TurnEvent, { type: 'turn-started' }>['by'];

/**
 * The interviewer of a session. Every exchange is a turn like any other: plain code picks the move, the model words and
 * speaks it, and everything is stored, told to subscribers, and evaluated in the end.
 */
export function conductInterview(
  caller: ConversationCaller,
  sessionId: string,
  tools: PartnerTools,
  utterances: Utterances | null,
): Partner {
  const { deps } = caller;
  const desk = createReplyDesk(tools.session, tools.model);
  const reply = replyOverVoice(desk);
  const hearing = createHearing();
  let present: RunningTurn | null = null;
  let queue: Promise<void> = Promise.resolve();
  const lost = (error: DomainError | null) =>
    error ?? new DomainError('unavailable', 'The conversation was ended in the middle of this turn. Say it again.');

  const observe = (event: TurnEvent) => {
    if (event.type === 'turn-failed') {
      const { code, message } = event;
      tools.emit({ type: 'error', error: new DomainError(code, message) });
    }
    if (event.type === 'turn-ended' && event.interviewOver) tools.over();
  };

  /** One turn after the other: the one before may still be putting its reply away. */
  const takeTurn = (by: By, hear: Hear) => {
    queue = queue.then(async () => {
      try {
        await present?.ended;
        present = await openTurn(caller, sessionId, { by, recorded: utterances !== null, observe });
        start(present, hear, reply);
      } catch (error) {
        tools.emit({ type: 'error', error: asDomainError(error) });
      }
    });
  };

  /** What no session has heard whole is heard from its recording. */
  const answerOf = (itemId: string | null): Hear => {
    const utterance = utterances?.complete() ?? null;
    const words = itemId === null || utterance?.broken ? Promise.reject(dropped()) : hearing.expect(itemId);
    // Looked at once the turn runs.
    words.catch(() => undefined);
    return (turn) => hearing.hear(turn, words, utterance);
  };

  return {
    replies: 'on-demand',
    begin() {
      void ownedSession(caller, sessionId).then(
        ({ interviewState }) => interviewState === null && takeTurn('opening', async () => null),
        (error: unknown) => tools.emit({ type: 'error', error: asDomainError(error) }),
      );
    },
    hear: (pcm) => utterances?.hear(pcm),
    speechStarted: () => utterances?.speechStarted(),
    committed: (itemId) => takeTurn('speech', answerOf(itemId)),
    inputLost: () => takeTurn('speech', answerOf(null)),
    heard: (event) => hearing.heard(event),
    unheard: (event) => hearing.unheard(event),
    said(text) {
      tools.session()?.addText(text);
      takeTurn('text', (turn) => keepSaid(turn, { text, durationMs: null, audioId: null, transcribedBy: null }));
    },
    reply: (event) => desk.take(event),
    replying: () => present !== null && !present.ending,
    interrupted(heardMs) {
      queue = queue.then(() =>
        interrupt(caller, { sessionId, heardMs }).then(
          () => undefined,
          (error: unknown) => tools.emit({ type: 'error', error: asDomainError(error) }),
        ),
      );
    },
    async history() {
      const where = { sessionId, saidAgain: false };
      const order = { id: 'desc' as const };
      const latest = await deps.db.prisma.message.findMany({ where, orderBy: order, take: memoryLimits.maxMessages });
      return remember(latest.reverse());
    },
    bridged() {
      utterances?.lost();
      hearing.lost(dropped());
      desk.bridged(dropped());
    },
    async ended(error) {
      utterances?.discard();
      hearing.lost(lost(error));
      desk.fail(lost(error));
      await queue;
      await present?.ended;
    },
  };
}
