/** What every file of routes is given. Types only. */
import type { MetadataStore } from '../index.js';
import type { EventStreams } from './event-streams.js';
import type { ServiceLimits } from './limits.js';
import type { Served } from './served.js';

export interface ServiceOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Null: nobody needs one; only for an address that no other machine can reach. */
  token: string | null;
  readOnly: boolean;
  /** Of the package. */
  version: string;
}

export interface Parts {
  readonly served: Served;
  /** Its store: follows the leader. */
  readonly store: MetadataStore;
  readonly options: ServiceOptions;
  readonly limits: ServiceLimits;
  readonly streams: EventStreams;
  /** By a clock that never goes back. */
  readonly startedAtMs: number;
}
