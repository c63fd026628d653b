/** What a campaign tried and what came of it, as it is printed and kept in the README. */
export interface CampaignReport {
  campaign: string;
  /** What was tried, with counts: `200 kills at 27 points`. */
  tried: string;
  /** Every breach of a promise, a line each. Empty: green. */
  found: string[];
  /** What was measured on the way, a line each. */
  figures: string[];
  /** What this run did not try, a line each. */
  left: string[];
}

export interface CampaignOptions {
  /** Everything random comes from it: the same seed tries the same things. */
  seed: number;
  /** 1 is a default run; the short version in `npm test` is a small part of it. */
  share: number;
  /** Progress, for whoever waits. */
  say(line: string): void;
  /** An empty database with the migrations applied; without one the campaign brings its own PostgreSQL. */
  databaseUrl?: string | undefined;
}

export type Campaign = (options: CampaignOptions) => Promise<CampaignReport>;

/** So much of a default run's number, and never less than `least`. */
export const scaled = (count: number, { share }: CampaignOptions, least: number): number =>
  Math.max(least, Math.round(count * share));

export function reportLines(report: CampaignReport): string[] {
  const indent = (mark: string) => (line: string) => `  ${mark} ${line}`;
  return [
    `${report.found.length === 0 ? 'green' : 'RED'}  ${report.campaign}: ${report.tried}`,
    ...report.found.map(indent('!')),
    ...report.figures.map(indent('·')),
    ...report.left.map(indent('left:')),
  ];
}
