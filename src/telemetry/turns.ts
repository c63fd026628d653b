import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import { ATTR_GEN_AI_CONVERSATION_ID } from '@opentelemetry/semantic-conventions/incubating';
import type { Metrics } from './metrics.ts';
import { activeContext, contextOf, currentScope, runIn } from './scope.ts';
import type { Tracing } from './tracing.ts';

/** A live turn, as far as it is measured. Times are of `performance.now()`; latencies count from `inputEndedAt`. */
export interface MeasuredTurn {
  id: string;
  sessionId: string;
  userId: string;
  by: string;
  startedAt: number;
  inputEndedAt: number;
  /** Null: not reached. */
  replyEndedAt: number | null;
  latency: {
    transcribedMs: number | null;
    firstTokenMs: number | null;
    firstPieceMs: number | null;
    firstAudioMs: number | null;
  };
  /** Known once the turn is over: a code when it failed, and the stage that did. */
  outcome: string;
  failedStage: string | null;
}

/** Runs a turn in its span and log scope. Its stages are told when it is over, so that they cost it nothing. */
export type ObserveTurn = (turn: MeasuredTurn, run: () => Promise<void>) => Promise<void>;

interface Stage {
  name: string;
  from: number;
  to: number;
}

/** The stages that a turn went through, by the moments that it passed. */
export function stagesOf(turn: MeasuredTurn, endedAt: number): Stage[] {
  const { startedAt, inputEndedAt, replyEndedAt, latency } = turn;
  const at = (afterInputMs: number | null) => (afterInputMs === null ? null : inputEndedAt + afterInputMs);
  const transcribed = at(latency.transcribedMs);
  const firstToken = at(latency.firstTokenMs);
  const firstAudio = at(latency.firstAudioMs);
  const stage = (name: string, from: number | null, to: number | null): Stage[] =>
    from === null || to === null ? [] : [{ name, from, to: Math.max(from, to) }];
  return [
    ...(turn.by === 'speech' ? stage('upload', startedAt, inputEndedAt) : []),
    ...stage('transcription', inputEndedAt, transcribed),
    ...stage('first_token', transcribed ?? inputEndedAt, firstToken),
    ...stage('reply', firstToken, replyEndedAt),
    ...stage('first_audio', at(latency.firstPieceMs), firstAudio),
    ...stage('speech', firstAudio, firstAudio === null ? null : endedAt),
  ];
}

export function createObserveTurn({ tracer, exporting }: Tracing, metrics: Metrics): ObserveTurn {
  return async (turn, run) => {
    const { id: turnId, sessionId, userId, by } = turn;
    const span = tracer.startSpan(
      'turn',
      { attributes: { [ATTR_GEN_AI_CONVERSATION_ID]: sessionId, 'viva.turn.id': turnId, 'viva.turn.by': by } },
      activeContext(),
    );
    const context = contextOf({ ...currentScope(), userId, sessionId, turnId }, span);
    metrics.turns.add(1);
    try {
      await runIn(context, run);
    } finally {
      const endedAt = performance.now();
      // Spans take wall-clock times in milliseconds; the two clocks drift apart, so they are compared each time.
      const wallClock = Date.now() - endedAt;
      const { outcome, failedStage } = turn;
      metrics.turns.add(-1);
      metrics.turnDuration.record((endedAt - turn.startedAt) / 1_000, { by, outcome });
      if (turn.latency.firstAudioMs !== null) metrics.firstAudio.record(turn.latency.firstAudioMs / 1_000);
      for (const { name, from, to } of stagesOf(turn, endedAt)) {
        metrics.turnStages.record((to - from) / 1_000, { stage: name });
        if (!exporting) continue;
        const attributes: Attributes = { 'viva.turn.stage': name };
        tracer.startSpan(`turn ${name}`, { startTime: wallClock + from, attributes }, context).end(wallClock + to);
      }
      span.setAttribute('viva.outcome', outcome);
      if (failedStage) span.setStatus({ code: SpanStatusCode.ERROR, message: `${failedStage}: ${outcome}` });
      span.end();
    }
  };
}
