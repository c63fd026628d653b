import type { TurnEvent } from '../../conversation/events.ts';
import { kilobytes, type Report, seconds } from '../report.ts';
import { type Interruption, interruptAfter } from './interruption.ts';
import type { TurnTimes } from './latency-table.ts';
import type { Playback } from './playback.ts';
import type { Talk } from './talk.ts';

export interface HeardTurn extends Pick<TurnTimes, 'latency' | 'firstByteMs'> {
  interviewOver: boolean;
}

interface Asked {
  /** When the candidate's part of the turn began, by `performance.now()`. */
  startedAt: number;
  /** Whether the candidate starts to speak before the reply has ended. */
  interrupting: boolean;
}

/** Prints the interviewer's words as they come, and checks the sound that comes beside them. Ends with the turn. */
export async function hearReply(
  talk: Talk,
  told: AsyncIterable<TurnEvent>,
  { startedAt, interrupting }: Asked,
): Promise<HeardTurn> {
  const { listening, report } = talk;
  const words = report.words();
  let playback: Playback | null = null;
  let interruption: Promise<Interruption> | null = null;
  let end: TurnEvent | null = null;
  try {
    words.add('Interviewer: ');
    for await (const event of told) {
      if (event.type === 'reply-started') {
        playback = listening.playback(event.audioUrl);
        if (interrupting) interruption = interruptAfter(talk, playback);
        // It may fail while the words are still coming; it is waited for below.
        interruption?.catch(() => undefined);
      }
      if (event.type === 'reply-delta') words.add(event.text);
      end = event;
    }
  } finally {
    words.end();
  }
  if (!playback) throw new Error('The turn ended without a reply.');
  const firstByteMs = (await playback.firstByteAt) - startedAt;
  await tellSound(playback, startedAt, report);
  if (interruption) tellInterruption(await interruption, report);
  const ended = end?.type === 'turn-ended' ? end : null;
  if (ended?.audioPartial) report.failure('A sentence of this reply could not be spoken; its text is whole.');
  return { firstByteMs, latency: ended?.latency ?? null, interviewOver: ended?.interviewOver ?? false };
}

async function tellSound({ firstByteAt, heard }: Playback, startedAt: number, report: Report): Promise<void> {
  const { bytes, durationMs, endedAt } = await heard;
  const begun = Math.round((await firstByteAt) - startedAt);
  const whole = Math.round(endedAt - startedAt);
  report.done(
    `Heard: ${seconds(durationMs)} in one MP3, ${kilobytes(bytes)}; first byte after ${begun} ms, last after ${whole} ms`,
  );
}

function tellInterruption({ heardMs, heardText }: Interruption, report: Report): void {
  report.done(`Interrupted after ${seconds(heardMs)}: the stored reply was cut to what was heard by then`);
  report.detail(`Interviewer: ${heardText} –`);
}
