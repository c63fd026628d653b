import { z } from 'zod';
import { type Notifications, nobodyElse } from '../db/notifications.ts';

export type TurnOutcome = 'ended' | 'failed' | 'interrupted';

/** A turn that runs in this process. */
export interface LiveTurn {
  id: string;
  sessionId: string;
  userId: string;
  /** The reply's audio, once there is one. */
  audioId: string | null;
  /** Its last event has been told; it is only being put away. */
  ending: boolean;
  /** Ends the turn: synthesis and generation stop upstream at once. */
  interrupt(heardMs: number): void;
  /** Resolves with how it ended, once it is put away. */
  ended: Promise<TurnOutcome>;
}

/** The turns that run in this process, by session: at most one each. */
export interface LiveTurns {
  add(turn: LiveTurn): void;
  remove(turn: LiveTurn): void;
  ofSession(sessionId: string): LiveTurn | undefined;
  /** Whose growing reply this is. */
  byAudio(audioId: string): LiveTurn | undefined;
  /** Asks whichever other server runs this turn to interrupt it; what becomes of that is for its row to say. */
  interruptElsewhere(turnId: string, heardMs: number): void;
}

const interruption = z.object({ turnId: z.uuid(), heardMs: z.number().nonnegative() });

/** A server whose code is older or newer may tell what is not understood here: that concerns no turn of ours. */
function parse(text: string): z.output<typeof interruption> | null {
  try {
    return interruption.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export function createLiveTurns(notifications: Notifications = nobodyElse): LiveTurns {
  const turns = new Map<string, LiveTurn>();
  notifications.listen('turns', {
    told(text) {
      const asked = parse(text);
      const turn = asked && [...turns.values()].find(({ id }) => id === asked.turnId);
      if (turn) turn.interrupt(asked.heardMs);
    },
    // Whoever asked sees that the turn goes on, and says so.
    missed() {},
  });
  return {
    add: (turn) => turns.set(turn.sessionId, turn),
    remove(turn) {
      if (turns.get(turn.sessionId) === turn) turns.delete(turn.sessionId);
    },
    ofSession: (sessionId) => turns.get(sessionId),
    byAudio: (audioId) => [...turns.values()].find((turn) => turn.audioId === audioId),
    interruptElsewhere: (turnId, heardMs) => notifications.notify('turns', JSON.stringify({ turnId, heardMs })),
  };
}
