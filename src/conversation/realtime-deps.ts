import type { RealtimeBroker } from '../speech/realtime-broker.ts';
import type { Calls } from './call-registry.ts';
import type { Holders } from './holders.ts';

/** What realtime conversations need that others conduct: a browser with the vendor, or a client of the pass-through. */
export interface RealtimeDeps {
  broker: RealtimeBroker;
  calls: Calls;
  holders: Holders;
  /** What models answer in, unless an interview says so. */
  modality: 'audio' | 'text';
}
