import type { VivaClient } from '../../client.ts';
import type { Report } from '../report.ts';
import type { Listening } from './listening.ts';

/** A conversation that the demo holds. */
export interface Talk {
  client: VivaClient;
  sessionId: string;
  listening: Listening;
  report: Report;
}
