/** All planted defects, in the order of the rows of the list of known bugs. */
import type { SeededDefect } from './seeded-defect.js';
import { CONTROLLER_DEFECTS } from './seeded-controller-defects.js';
import { ELECTION_DEFECTS } from './seeded-election-defects.js';
import { ETCD_DEFECTS } from './seeded-etcd-defects.js';
import { LOG_DEFECTS } from './seeded-log-defects.js';
import { MEMBERSHIP_DEFECTS } from './seeded-membership-defects.js';
import { OUTER_DEFECTS } from './seeded-outer-defects.js';
import { STORAGE_DEFECTS } from './seeded-storage-defects.js';

export const SEEDED_DEFECTS: readonly SeededDefect[] = [
  ...ELECTION_DEFECTS,
  ...LOG_DEFECTS,
  ...MEMBERSHIP_DEFECTS,
  ...OUTER_DEFECTS,
  ...STORAGE_DEFECTS,
  ...CONTROLLER_DEFECTS,
  ...ETCD_DEFECTS,
].sort((one, other) => one.row - other.row);
