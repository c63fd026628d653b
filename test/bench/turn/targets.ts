import type { TurnFigures, TurnTarget } from './figures.ts';
import { peerNames } from './peers.ts';

export const byClause = 'Viva, first clause';
export const bySentence = 'Viva, whole sentences';

/** What is promised of a live turn, as far as it was measured. */
export function turnTargets(figures: readonly TurnFigures[], bytesPerSession: number | null): TurnTarget[] {
  const of = (contender: string, atOnce: number) =>
    figures.find((each) => each.contender === contender && each.atOnce === atOnce);
  const targets: TurnTarget[] = [];
  const add = (
    name: string,
    measured: number | null | undefined,
    unit: TurnTarget['unit'],
    bound: TurnTarget['bound'],
  ) => {
    if (measured === null || measured === undefined) return;
    const { kind, value } = bound;
    const holds = kind === 'most' ? measured <= value : kind === 'least' ? measured >= value : measured < value;
    targets.push({ name, measured, unit, bound, holds });
  };
  const most = (value: number) => ({ kind: 'most', value }) as const;
  const below = (value: number) => ({ kind: 'below', value }) as const;

  add('median over the floor, whole sentences, 1 at once', of(bySentence, 1)?.overhead.medianMs, 'ms', most(10));
  add('median over the floor, whole sentences, 20 at once', of(bySentence, 20)?.overhead.medianMs, 'ms', most(20));
  add('median over the floor, first clause, 1 at once', of(byClause, 1)?.overhead.medianMs, 'ms', below(0));
  add('median over the floor, first clause, 20 at once', of(byClause, 20)?.overhead.medianMs, 'ms', below(0));
  add('p95 over the floor, whole sentences, 20 at once', of(bySentence, 20)?.overhead.p95Ms, 'ms', most(60));
  add('p95 over the floor, first clause, 20 at once', of(byClause, 20)?.overhead.p95Ms, 'ms', most(60));
  add('processor time a turn, 20 at once', of(byClause, 20)?.cpuMs, 'ms', most(10));
  add('memory for one more session', bytesPerSession === null ? null : bytesPerSession / 1e6, 'MB', most(2));
  for (const atOnce of [1, 20]) {
    const ours = of(bySentence, atOnce)?.overhead.medianMs;
    for (const peer of [peerNames['ai-sdk'], peerNames.livekit]) {
      const theirs = of(peer, atOnce)?.overhead.medianMs;
      if (ours === undefined || theirs === undefined) continue;
      // At the floor or below it there is nothing left to divide by.
      const ratio = theirs / Math.max(ours, 0.1);
      add(`${peer}: its overhead over ours, whole sentences, ${atOnce} at once`, ratio, 'x', {
        kind: 'least',
        value: 10,
      });
    }
  }
  return targets;
}
