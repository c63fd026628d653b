/** Who asks for a place: one of many, and whether somebody is waiting to hear the answer. */
export interface Applicant {
  owner: string;
  /** Of a live conversation or a page that waits; not of a job. */
  urgent: boolean;
}

export interface AdmissionOptions {
  /** Calls at once. */
  places: number;
  /** Those who may wait for a place. */
  waiting: number;
}

/** Gives the place back. Only the first time counts. */
export type Release = () => void;

export interface Admission {
  /**
   * A place at once, or a promise of one; rejects with what the signal aborts with. Null when too many wait already:
   * `crowded` of this owner, or of all.
   */
  enter(applicant: Applicant, signal: AbortSignal): Release | Promise<Release> | { full: 'owner' | 'all' };
  counts(): { taken: number; waiting: number };
}

interface Waiting extends Applicant {
  admit(release: Release): void;
}

/**
 * So many at once. One owner has at most half of the places and half of those to wait; jobs leave a quarter of the places
 * to those who are waited for, who also go first. Among equals, whoever has least goes first.
 */
export function createAdmission({ places, waiting: mostWaiting }: AdmissionOptions): Admission {
  const perOwner = Math.ceil(places / 2);
  const forJobs = Math.max(1, Math.floor(places * 0.75));
  const held = new Map<string, number>();
  const queue: Waiting[] = [];
  let taken = 0;
  let takenByJobs = 0;

  const heldBy = (owner: string) => held.get(owner) ?? 0;
  const fits = ({ owner, urgent }: Applicant) =>
    taken < places && heldBy(owner) < perOwner && (urgent || takenByJobs < forJobs);

  function take({ owner, urgent }: Applicant): Release {
    let released = false;
    taken += 1;
    if (!urgent) takenByJobs += 1;
    held.set(owner, heldBy(owner) + 1);
    return () => {
      if (released) return;
      released = true;
      taken -= 1;
      if (!urgent) takenByJobs -= 1;
      const left = heldBy(owner) - 1;
      if (left > 0) held.set(owner, left);
      else held.delete(owner);
      admitNext();
    };
  }

  function admitNext(): void {
    let next: Waiting | undefined;
    for (const one of queue) {
      if (!fits(one)) continue;
      if (!next || rank(one) < rank(next)) next = one;
    }
    if (!next) return;
    queue.splice(queue.indexOf(next), 1);
    next.admit(take(next));
  }

  /** No owner holds as many places as there are. */
  const rank = ({ owner, urgent }: Applicant) => (urgent ? 0 : places) + heldBy(owner);

  return {
    enter(applicant, signal) {
      if (fits(applicant)) return take(applicant);
      if (queue.length >= mostWaiting) return { full: 'all' };
      const own = queue.filter(({ owner }) => owner === applicant.owner).length;
      if (own >= Math.ceil(mostWaiting / 2)) return { full: 'owner' };
      return new Promise<Release>((resolve, reject) => {
        const leave = () => {
          queue.splice(queue.indexOf(one), 1);
          reject(signal.reason);
        };
        const admit = (release: Release) => {
          signal.removeEventListener('abort', leave);
          resolve(release);
        };
        const one = { ...applicant, admit };
        queue.push(one);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
    counts: () => ({ taken, waiting: queue.length }),
  };
}
