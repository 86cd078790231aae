/**
 * Which records have changed since a view was told last, however often: what is told is what they are by then, so a
 * view that takes its time is never behind by more than the records there are. Groups are no part of a view.
 */
import { must } from '../../assert.js';
import type { RecordChange, Replaced } from '../image.js';
import type { MetadataChange } from '../metadata-change.js';

interface TouchedTopic {
  /** It may be another one of the same name: nothing counts of what was known of it. */
  whole: boolean;
  /** The topic's own record. */
  info: boolean;
  readonly partitions: Set<number>;
}

export class TouchedRecords {
  readonly brokers = new Set<number>();
  readonly topics = new Map<string, TouchedTopic>();

  get isEmpty(): boolean {
    return this.brokers.size === 0 && this.topics.size === 0;
  }

  add({ records }: MetadataChange): void {
    for (const change of records) this.#addRecord(change);
  }

  #addRecord(change: RecordChange): void {
    switch (change.kind) {
      case 'broker':
        this.brokers.add(sideOf(change).id);
        return;
      case 'topic':
        this.#topic(sideOf(change).name).info = true;
        return;
      case 'partition': {
        const { topic, partition } = sideOf(change);
        this.#topic(topic).partitions.add(partition);
        return;
      }
      case 'topicAndPartitions':
        this.#topic(sideOf(change).info.name).whole = true;
        return;
      default: // a kind that no view holds
    }
  }

  #topic(name: string): TouchedTopic {
    let topic = this.topics.get(name);
    if (topic === undefined) {
      topic = { whole: false, info: false, partitions: new Set() };
      this.topics.set(name, topic);
    }
    return topic;
  }
}

function sideOf<Kept>({ before, after }: Replaced<Kept>): Readonly<Kept> {
  return must(after ?? before, 'a side of the change');
}
