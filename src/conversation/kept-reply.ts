import type { Prisma } from '../db/generated/client.ts';
import type { AudioKey } from '../storage/audio-storage.ts';
import type { SpokenReply } from './reply.ts';
import type { FinishedReply } from './reply-audio.ts';
import type { RunningTurn } from './running-turn.ts';

export interface ReplyEnding {
  /** What was heard of a reply that was interrupted, else null. */
  heardText: string | null;
  /** Where the interviewer stands after this reply; null when its move was not made. */
  interviewState: Prisma.InputJsonObject | null;
}

/** Stores the reply: its audio whole or marked partial, its text, what was heard of it, and where the interview stands. */
export async function keepReply(turn: RunningTurn, spoken: SpokenReply, ending: ReplyEnding): Promise<void> {
  const { recorder, text } = spoken;
  if (recorder.bytes > 0) {
    // Until the row is there, whoever comes for the audio is still served from the growing file.
    await recorder.finish((audio) => save(turn, spoken, ending, audio));
  } else {
    await recorder.discard();
    if (text) await save(turn, spoken, ending, null);
  }
}

async function save(turn: RunningTurn, spoken: SpokenReply, ending: ReplyEnding, audio: FinishedReply | null) {
  const { sessionId, userId, id: turnId, deps } = turn;
  const storageKey: AudioKey = `replies/${spoken.audioId}.mp3`;
  await deps.db.prisma.$transaction(async (tx) => {
    if (audio) {
      const file = { id: spoken.audioId, kind: 'reply' as const, userId, storageKey, mimeType: 'audio/mpeg' };
      await tx.audioFile.create({ data: { ...file, ...audio } });
    }
    await tx.message.create({
      data: {
        id: spoken.messageId,
        sessionId,
        turnId,
        role: 'interviewer',
        text: spoken.text,
        pieces: spoken.pieces.map((piece) => ({ ...piece })),
        heardText: ending.heardText,
        audioPartial: spoken.partial,
        audioId: audio && spoken.audioId,
      },
    });
    if (ending.interviewState) {
      await tx.session.update({ where: { id: sessionId }, data: { interviewState: ending.interviewState } });
    }
  });
}
