import { insertReply, type ReplyRow } from '../db/turns.ts';
import type { AudioKey } from '../storage/audio-storage.ts';
import type { InterviewState } from './interview-state.ts';
import type { SpokenReply } from './reply.ts';
import type { FinishedReply } from './reply-audio.ts';
import type { RunningTurn } from './running-turn.ts';

export interface ReplyEnding {
  /** What was heard of a reply that was interrupted, else null. */
  heardText: string | null;
  /** Where the interviewer stands after this reply; null when its move was not made. */
  interviewState: InterviewState | null;
}

/**
 * Stores the reply: its audio whole or marked partial, its text, what was heard of it, where the interview stands, and
 * what it consumed.
 */
export async function keepReply(turn: RunningTurn, spoken: SpokenReply, ending: ReplyEnding): Promise<void> {
  const { recorder } = spoken;
  if (recorder.bytes > 0) {
    // Until the row is there, whoever comes for the audio is still served from the growing file.
    await recorder.finish((audio) => save(turn, spoken, ending, audio));
  } else {
    await recorder.discard();
    await save(turn, spoken, ending, null);
  }
}

async function save(turn: RunningTurn, spoken: SpokenReply, ending: ReplyEnding, audio: FinishedReply | null) {
  const { sessionId, userId, id: turnId, deps } = turn;
  const storageKey: AudioKey = `replies/${spoken.audioId}.mp3`;
  const usage = usageOf(spoken);
  for (const { inputTokens, outputTokens } of usage) {
    deps.allowance.consumed(userId, { tokens: inputTokens + outputTokens });
  }
  await insertReply(deps.db.pool, {
    id: spoken.messageId,
    userId,
    sessionId,
    turnId,
    text: spoken.text,
    pieces: spoken.pieces,
    heardText: ending.heardText,
    audioPartial: spoken.partial,
    audio: audio && { id: spoken.audioId, storageKey, ...audio },
    interviewState: spoken.text ? ending.interviewState : null,
    usage,
  });
}

function usageOf({ capability, model, usage, speechModel, pieces }: SpokenReply): ReplyRow['usage'] {
  const characters = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
  const audioMs = Math.round(pieces.at(-1)?.endMs ?? 0);
  const nothing = { inputTokens: 0, outputTokens: 0, characters: 0, audioMs: 0 };
  return [
    ...(model ? [{ ...nothing, ...usage, capability, model }] : []),
    ...(speechModel ? [{ ...nothing, capability: 'speak', model: speechModel, characters, audioMs }] : []),
  ];
}
