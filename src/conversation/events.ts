import { z } from 'zod';
import { errorCodeSchema } from '../errors.ts';
import { idSchema } from '../interview/schemas.ts';

const turn = { turnId: idSchema };

/** Where a turn's time went, in milliseconds from the end of the candidate's input. Null: not reached. */
export const latencySchema = z.object({
  transcribedMs: z.number().nullable(),
  firstTokenMs: z.number().nullable(),
  firstPieceMs: z.number().nullable(),
  firstAudioMs: z.number().nullable(),
});

/** What a subscriber to a live conversation hears, in this order within a turn. */
export const turnEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turn-started'), ...turn, by: z.enum(['speech', 'text', 'opening', 'retry']) }),
  /** To be played at once, while the reply is prepared; only where the session asks for it. */
  z.object({ type: z.literal('acknowledgement'), ...turn, text: z.string(), audioUrl: z.string() }),
  /** Words as they are recognised, where the model tells them. `transcript-end` has them all, and may correct them. */
  z.object({ type: z.literal('transcript-delta'), ...turn, text: z.string() }),
  z.object({ type: z.literal('transcript-end'), ...turn, messageId: idSchema, text: z.string() }),
  /** The audio can be fetched from now on: it starts to play before it is complete. */
  z.object({ type: z.literal('reply-started'), ...turn, messageId: idSchema, audioUrl: z.string() }),
  z.object({ type: z.literal('reply-delta'), ...turn, text: z.string() }),
  z.object({ type: z.literal('reply-end'), ...turn, messageId: idSchema, text: z.string() }),
  z.object({
    type: z.literal('turn-ended'),
    ...turn,
    /** True when a sentence could not be spoken. */
    audioPartial: z.boolean(),
    /** True after the interviewer's last words. */
    interviewOver: z.boolean(),
    latency: latencySchema,
  }),
  z.object({
    type: z.literal('turn-interrupted'),
    ...turn,
    heardMs: z.number(),
    /** What was heard of the reply, as it is stored; null when there was none, and in events of earlier versions. */
    heardText: z.string().nullable().default(null),
  }),
  z.object({
    type: z.literal('turn-failed'),
    ...turn,
    stage: z.enum(['upload', 'transcription', 'reply', 'speech', 'server']),
    code: errorCodeSchema,
    message: z.string(),
    retryable: z.boolean(),
  }),
]);

export type TurnEvent = z.output<typeof turnEventSchema>;
export type TurnStage = Extract<TurnEvent, { type: 'turn-failed' }>['stage'];
export type Latency = z.output<typeof latencySchema>;

export const terminalTypes: ReadonlySet<TurnEvent['type']> = new Set(['turn-ended', 'turn-interrupted', 'turn-failed']);

/** Whether nothing follows in this turn. */
export const isTerminal = (event: TurnEvent): boolean => terminalTypes.has(event.type);
