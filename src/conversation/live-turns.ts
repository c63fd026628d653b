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
}

export function createLiveTurns(): LiveTurns {
  const turns = new Map<string, LiveTurn>();
  return {
    add: (turn) => turns.set(turn.sessionId, turn),
    remove(turn) {
      if (turns.get(turn.sessionId) === turn) turns.delete(turn.sessionId);
    },
    ofSession: (sessionId) => turns.get(sessionId),
    byAudio: (audioId) => [...turns.values()].find((turn) => turn.audioId === audioId),
  };
}
