import { type NumberedEvent, pageSize } from './event-rows.ts';

/** What is not written yet is in `recent`, and so is all that was told here after `since`. */
export interface Channel {
  /** The greatest id that is known to be in the database only. */
  since: number;
  recent: NumberedEvent[];
  unwritten: NumberedEvent[];
  /** The ends of turns, until they are written: nobody is told an end that a crash would take back. */
  withheld: Set<number>;
  writing: Promise<void>;
  /** Set while only events wait that need not be written at once. */
  lazily: NodeJS.Timeout | undefined;
  readers: Set<() => void>;
  /** Counts how often something may have been missed: readers look into the database again. */
  missed: number;
}

const keptRecent = 2_000;

export const openChannel = (): Channel => ({
  since: 0,
  recent: [],
  unwritten: [],
  withheld: new Set(),
  writing: Promise.resolve(),
  lazily: undefined,
  readers: new Set(),
  missed: 0,
});

/** Forgets what is longest ago, if it is written. */
export function add(channel: Channel, event: NumberedEvent): void {
  channel.recent.push(event);
  channel.unwritten.push(event);
  while (channel.recent.length > Math.max(keptRecent, channel.unwritten.length)) {
    channel.since = Math.max(channel.since, channel.recent.shift()?.id ?? 0);
  }
}

/** A page at a time: a reader that stalls must not hold on to all of them. Nothing that is withheld, and nothing after it. */
export function recentAfter(cursor: number, { recent, withheld }: Channel): NumberedEvent[] {
  const first = recent.findLastIndex(({ id }) => id <= cursor) + 1;
  const page = recent.slice(first, first + pageSize);
  const held = withheld.size === 0 ? -1 : page.findIndex(({ id }) => withheld.has(id));
  return held < 0 ? page : page.slice(0, held);
}

/** The greatest id that is known to be in the database. */
export const greatestWritten = ({ since, recent, unwritten }: Channel) =>
  Math.max(since, recent[recent.length - unwritten.length - 1]?.id ?? 0);

/** What is written can be read from the database, if it is still to be read. */
export function dropWritten(channel: Channel): void {
  channel.since = greatestWritten(channel);
  channel.recent.splice(0, channel.recent.length - channel.unwritten.length);
}

export const wakeReaders = (channel: Channel) => {
  for (const wake of channel.readers) wake();
};
