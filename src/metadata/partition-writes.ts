/** Many partitions put into the draft at once, so that what they share is copied once. */
import type { ImageDraft } from './image.js';
import { putPartitions } from './image-draft.js';
import type { PartitionInfo } from './model.js';

/** New ones, or in the place of what was there; their topics are there. */
export function writePartitions(draft: ImageDraft, partitions: readonly PartitionInfo[]): void {
  const byTopic = new Map<string, PartitionInfo[]>();
  for (const partition of partitions) {
    const siblings = byTopic.get(partition.topic);
    if (siblings === undefined) byTopic.set(partition.topic, [partition]);
    else siblings.push(partition);
  }
  for (const [topic, siblings] of byTopic) putPartitions(draft, topic, siblings);
}
