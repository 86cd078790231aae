/** The whole image as plain data: what `metadata` answers, and the groups with their offsets. */
import { toClusterMetadata } from './answer-query.js';
import { listGroups } from './groups/group-image.js';
import type { Group } from './groups/group-record.js';
import type { CommittedOffset } from './groups/offsets.js';
import { listOffsets } from './groups/offsets.js';
import type { Image } from './image.js';
import type { ClusterMetadata } from './model.js';

export interface MetadataDump extends ClusterMetadata {
  /** By id; absent while there is none. */
  groups?: Record<string, DumpedGroup>;
}

/** Offsets by topic and partition. */
export type DumpedGroup = Group & { readonly offsets: readonly CommittedOffset[] };

export function dumpImage(image: Image): MetadataDump {
  const metadata = toClusterMetadata(image);
  const groups = listGroups(image).map(({ group, offsets }) => {
    return [group.groupId, { ...group, offsets: listOffsets(offsets) }] as const;
  });
  return groups.length === 0 ? metadata : { ...metadata, groups: Object.fromEntries(groups) };
}
