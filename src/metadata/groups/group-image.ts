/** The groups of an image, or of a batch over one: whoever puts or removes one also tells of the change. */
import type { ImageDraft, ReadableImage } from '../image.js';
import { groupBucket, isDraft } from '../image.js';
import { compareCodeUnits } from '../code-units.js';
import type { GroupRecord } from './group-record.js';

export function findGroup(image: ReadableImage, groupId: string): GroupRecord | undefined {
  if (!isDraft(image)) return image.groups[groupBucket(groupId)]?.get(groupId);
  const changed = image.changedGroups.get(groupId);
  return changed === undefined ? findGroup(image.base, groupId) : (changed ?? undefined);
}

export function putGroup(draft: ImageDraft, record: GroupRecord): void {
  const { groupId } = record.group;
  draft.changes.push({ kind: 'group', before: findGroup(draft, groupId), after: record });
  draft.changedGroups.set(groupId, record);
}

export function removeGroup(draft: ImageDraft, record: GroupRecord): void {
  draft.changes.push({ kind: 'group', before: record, after: undefined });
  draft.changedGroups.set(record.group.groupId, null);
}

/** By id, in code-unit order. */
export function listGroups(image: ReadableImage): GroupRecord[] {
  const records: GroupRecord[] = [];
  if (isDraft(image)) {
    const { base, changedGroups } = image;
    records.push(...listGroups(base).filter(({ group }) => !changedGroups.has(group.groupId)));
    for (const record of changedGroups.values()) if (record !== null) records.push(record);
  } else {
    for (const bucket of image.groups) records.push(...bucket.values());
  }
  return records.sort((a, b) => compareCodeUnits(a.group.groupId, b.group.groupId));
}
