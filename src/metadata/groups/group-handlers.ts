/** Who applies which operation on groups. */
import type { OperationHandler } from '../operation-handler.js';
import { commitOffsets } from './commit.js';
import { joinGroup } from './join.js';
import { completeRebalance, expireGroupMembers, leaveGroup } from './leave.js';
import type { GroupOperationData } from './operations.js';
import { deleteGroup, expireOffsets } from './retention.js';
import { syncGroup } from './sync.js';

export const GROUP_HANDLERS: Readonly<Record<keyof GroupOperationData, OperationHandler>> = {
  join_group: joinGroup,
  sync_group: syncGroup,
  leave_group: leaveGroup,
  commit_offsets: commitOffsets,
  delete_group: deleteGroup,
  expire_group_members: expireGroupMembers,
  complete_rebalance: completeRebalance,
  expire_offsets: expireOffsets,
};
