/** What a metadata-store posts to who subscribed to its changes: in order, within credit, and from where. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { watchLimits } from '../../../src/metadata/watching/limits.js';
import { readChanges } from '../../../src/metadata/watching/posted-changes.js';
import { leaderChange, registration, Replica, topic } from './replica.js';
import type { Posted } from './replica.js';

const test = suite('metadata: publisher of changes');

function indexesIn(messages: readonly Posted<'changes'>[]): number[] {
  return messages.flatMap(({ changes }) =>
    changes === null ? [] : Array.from(readChanges(changes), ({ index }) => index),
  );
}

/** Entries 1 to 3: a broker, a topic, and an operation that is refused. */
function begun(): Replica {
  const replica = new Replica();
  replica.apply(registration(1), topic('t'), topic('t'));
  return replica;
}

/** So many leader changes, a few at a time. */
function change(replica: Replica, count: number): void {
  for (let done = 0; done < count; done += 100) {
    const operations = Array.from({ length: Math.min(100, count - done) }, (_, at) => {
      return leaderChange('t', 0, replica.index + at + 10);
    });
    replica.apply(...operations);
  }
}

test('what is kept behind the index comes at once, what changes later as it is applied', () => {
  const replica = begun();
  replica.subscribe('changes', 1);
  const first = replica.takenOf('changes');
  assert.equal(indexesIn(first), [2]);
  assert.is(first.at(-1)?.throughIndex, 3, 'what changed nothing has been told of too');
  replica.apply(leaderChange('t', 0, 2), leaderChange('t', 0, 2), leaderChange('t', 0, 3));
  const next = replica.takenOf('changes');
  assert.equal([next.length, ...indexesIn(next)], [1, 4, 6]);
});

test('who knows more than is applied here waits for what is new to it', () => {
  const replica = begun();
  replica.subscribe('changes', 5);
  replica.apply(leaderChange('t', 0, 2), leaderChange('t', 0, 3));
  assert.equal(replica.taken(), []);
  replica.apply(leaderChange('t', 0, 4));
  assert.equal(indexesIn(replica.takenOf('changes')), [6]);
});

test('nothing leaves beyond the credit, and all that waited leaves with the next', () => {
  const replica = begun();
  replica.subscribe('changes', 3, { credit: 2 });
  for (let epoch = 2; epoch < 10; epoch += 1) replica.apply(leaderChange('t', 0, epoch));
  assert.equal(indexesIn(replica.takenOf('changes')), [4, 5]);
  replica.receive({ kind: 'credit', subscription: 1, messages: 1 });
  assert.equal(indexesIn(replica.takenOf('changes')), [6, 7, 8, 9, 10, 11]);
  replica.apply(leaderChange('t', 0, 10));
  assert.equal(replica.taken(), []);
});

test('a message is bounded by changes and by records', () => {
  const replica = begun();
  const records = watchLimits.maxRecordsPerMessage - 1;
  replica.apply(topic('large', records - 1), topic('small', 1), topic('larger', 2 * records), topic('last', 1));
  replica.subscribe('changes', 3);
  assert.equal(
    replica.takenOf('changes').map((message) => indexesIn([message])),
    [[4], [5], [6], [7]],
  );
  change(replica, watchLimits.maxChangesPerMessage + 1);
  replica.taken();
  replica.subscribe('changes', 7);
  assert.equal(
    replica.takenOf('changes').map((message) => indexesIn([message]).length),
    [watchLimits.maxChangesPerMessage, 1],
  );
});

test('from before what is kept: Compacted, with the oldest index there is', () => {
  const replica = begun();
  change(replica, watchLimits.maxKeptChanges);
  replica.subscribe('changes', 1);
  const [ended, ...others] = replica.taken();
  assert.equal(others, []);
  assert.is(ended?.kind, 'unsubscribed');
  const { error } = ended as Posted<'unsubscribed'>;
  assert.equal([error.code, error.details], ['Compacted', { oldestIndex: 2 }]);
  replica.subscribe('changes', 2);
  assert.is(indexesIn(replica.takenOf('changes'))[0], 4, 'and from there on all is told');
});

test('who does not take what is kept for it: SlowConsumer, with where it was', () => {
  const replica = begun();
  replica.subscribe('changes', 3, { credit: 1 });
  change(replica, 100);
  assert.is(replica.takenOf('changes').at(-1)?.throughIndex, 103);
  change(replica, watchLimits.maxKeptChanges);
  assert.equal(replica.taken(), [], 'all that it missed is kept');
  change(replica, 1);
  const [ended] = replica.takenOf('unsubscribed');
  assert.equal([ended?.error.code, ended?.error.details], ['SlowConsumer', { resumeFrom: 103 }]);
  replica.receive({ kind: 'credit', subscription: 1, messages: 5 });
  assert.equal(replica.taken(), [], 'it has ended');
});

test('a snapshot leaves a gap: Compacted for those it concerns, and the others go on', () => {
  const ahead = begun();
  change(ahead, 7);
  const replica = begun();
  replica.subscribe('changes', 3, { subscription: 1 });
  replica.subscribe('changes', 10, { subscription: 2 });
  replica.restoreFrom(ahead);
  const [ended, ...others] = replica.taken();
  assert.equal(others, []);
  const { subscription, error } = ended as Posted<'unsubscribed'>;
  assert.equal([subscription, error.code, error.details], [1, 'Compacted', { oldestIndex: 10 }]);
  change(replica, 1);
  const [message] = replica.takenOf('changes');
  assert.equal([message?.subscription, ...indexesIn(message ? [message] : [])], [2, 11]);
});

test('a subscription that was left is told nothing', () => {
  const replica = begun();
  replica.subscribe('changes', 3, { subscription: 1 });
  replica.subscribe('changes', 3, { subscription: 2 });
  replica.receive({ kind: 'unsubscribe', subscription: 1 });
  change(replica, 1);
  assert.equal(
    replica.taken().map(({ subscription }) => subscription),
    [2],
  );
});

test.run();
