/**
 * A known way to get a replicated log wrong, as one change of the compiled code: file, exact text, replacement. The
 * text has to occur exactly once in the file as `tsc` emits it, so that the defect stays true.
 */
import type { FileDurability } from '../../src/storage/storage.js';

/** What looks for it: see `detectors/search.ts`. */
export type DetectorName =
  | 'simulation'
  | 'control plane'
  | 'every disk call'
  | 'stability'
  | 'exactly once'
  | 'client'
  | 'transport'
  | 'metadata'
  | 'quorum'
  | 'etcd log';

export interface SeededDefect {
  /** Of the list of known bugs: see `seeded-rows.ts`. */
  readonly row: number;
  readonly name: string;
  /** In `src`, without `.js`. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  /** The simulation by default. */
  readonly detector?: DetectorName;
  /** Of a simulation: the size of cluster in which it shows soonest; any by default. */
  readonly nodes?: number;
  /** Of the run that crashes at every disk call. */
  readonly durability?: FileDurability;
}
