/**
 * The kinds of fault that a simulation knows, and how often each has really fired: a partition that stopped no
 * message did not.
 */

export const FAULT_KINDS = [
  'messageCut',
  'messageDropped',
  'messageDuplicated',
  'messageReordered',
  'messageDelayed',
  'partition',
  'isolation',
  'oneWayCut',
  'crash',
  'crashBeforeSend',
  'crashBeforeWrite',
  'crashBeforeSync',
  'crashAfterSync',
  'crashBeforeApply',
  'crashOfAll',
  'crashAtDiskCall',
  'crashInRecovery',
  'processEnd',
  'unsyncedLost',
  'pause',
  'slowDisk',
  'failedSync',
  'diskFull',
  'bitRot',
  'refusedLog',
  'storeStall',
  'failedRestore',
  'spuriousCampaign',
  'leadershipTransfer',
  'membershipChange',
  'forcedSnapshot',
  'clockJump',
  'eventLoopStall',
  'clientRetry',
  'messageOfOldLife',
  'messageOfOldIncarnation',
  'wipedDisk',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
export type FaultCounts = Partial<Record<FaultKind, number>>;

export function countFault(counts: FaultCounts, kind: FaultKind, times = 1): void {
  counts[kind] = (counts[kind] ?? 0) + times;
}
