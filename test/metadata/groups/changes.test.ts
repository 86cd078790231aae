/** What operations on groups tell those who watch: each group that changed, with the offsets that did and no other. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MetadataEvent } from '../../../src/metadata/metadata-change.js';
import { createGroupTester, GROUP, type GroupTester } from './group-tester.js';

const test = suite('groups: changes');

const commit = (partition: number, offset: number) => ({
  groupId: GROUP,
  offsets: [{ topic: 'orders', partition, offset }],
});

function eventsOf({ metadata }: GroupTester): MetadataEvent[] {
  return metadata.machine.takeChanges().flatMap(({ events }) => events);
}

/** Kind, key, and of each side state, generation and offsets. */
function shown(events: readonly MetadataEvent[]): unknown[] {
  const side = (record: MetadataEvent['before']): string => {
    if (record === undefined) return 'none';
    if (!('offsets' in record)) return 'other';
    const offsets = record.offsets.map(({ partition, offset }) => `${partition}@${offset}`);
    return [record.state, record.generation, ...offsets].join(' ');
  };
  return events.map((event) => [event.kind, event.key, side(event.before), side(event.after)]);
}

test('a group that comes, changes and goes', () => {
  const group = createGroupTester();
  const id = group.join();
  assert.equal(shown(eventsOf(group)), [['group', GROUP, 'none', 'CompletingRebalance 1']]);
  group.sync(id, 1);
  assert.equal(shown(eventsOf(group)), [['group', GROUP, 'CompletingRebalance 1', 'Stable 1']]);
  group.leave(id);
  assert.equal(shown(eventsOf(group)), [['group', GROUP, 'Stable 1', 'Empty 2']]);
  group.metadata.accept('delete_group', { groupId: GROUP });
  assert.equal(shown(eventsOf(group)), [['group', GROUP, 'Empty 2', 'none']]);
});

test('a commit tells of its own offsets alone; the same one again of nothing', () => {
  const group = createGroupTester();
  group.metadata.accept('commit_offsets', commit(0, 5));
  assert.equal(shown(eventsOf(group)), [['group', GROUP, 'none', 'Empty 0 0@5']]);
  group.metadata.accept('commit_offsets', commit(1, 6));
  assert.equal(shown(eventsOf(group)), [['group', GROUP, 'Empty 0', 'Empty 0 1@6']]);
  group.metadata.accept('commit_offsets', commit(1, 7));
  assert.equal(shown(eventsOf(group)), [['group', GROUP, 'Empty 0 1@6', 'Empty 0 1@7']]);
  group.metadata.accept('commit_offsets', commit(1, 7));
  assert.equal(eventsOf(group), []);
});

test('offsets go before their topic does', () => {
  const group = createGroupTester();
  group.metadata.accept('commit_offsets', commit(0, 5));
  group.metadata.accept('delete_topic', { name: 'orders' });
  const [first, ...others] = eventsOf(group);
  assert.equal(shown([first as MetadataEvent]), [['group', GROUP, 'Empty 0 0@5', 'Empty 0']]);
  assert.is(others.at(-1)?.kind, 'topic');
});

test.run();
