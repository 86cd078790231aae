/**
 * A view's image, however its steps were cut, conflated, resumed elsewhere or begun anew: at each index that it
 * reaches it holds what replay gives, and what did not change is the same object.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { partitionId } from '../../../src/metadata/model.js';
import type { ClusterMetadata } from '../../../src/metadata/model.js';
import { watchLimits } from '../../../src/metadata/watching/limits.js';
import { readSteps } from '../../../src/metadata/watching/posted-image.js';
import { ViewDraft } from '../../../src/metadata/watching/view-draft.js';
import { ViewImage } from '../../../src/metadata/watching/view-image.js';
import { canonicalJson } from '../../../src/state-machine/canonical-json.js';
import { anyHistory } from '../arbitrary-operations.js';
import { leaderChange, registration, Replica, topic } from './replica.js';
import type { Posted } from './replica.js';

type Records = Pick<ClusterMetadata, 'brokers' | 'topics' | 'partitions'>;

const test = suite('metadata: conflation');

/** The host's end. */
class Viewer {
  image = ViewImage.empty;
  index = -1;
  /** Images at the indexes reached. */
  #draft: ViewDraft | null = null;

  /** What came in part from another does not go on. */
  moved(): void {
    this.#draft = null;
  }

  take({ index, whole, last, steps }: Posted<'image'>): void {
    assert.ok(index > this.index, 'each image is later than the one before');
    this.#draft ??= new ViewDraft(this.image, whole);
    for (const step of readSteps(steps)) this.#draft.take(step);
    if (!last) return;
    const before = this.image;
    this.image = this.#draft.finish();
    this.index = index;
    this.#draft = null;
    checkIdentities(before, this.image);
  }
}

function recordsOf(image: ViewImage): Records {
  const topics = image.listTopics();
  const partitions = topics.flatMap(({ name }) => image.listPartitions(name));
  return {
    brokers: Object.fromEntries(image.listBrokers().map((info) => [info.id, info])),
    topics: Object.fromEntries(topics.map((info) => [info.name, info])),
    partitions: Object.fromEntries(partitions.map((info) => [partitionId(info.topic, info.partition), info])),
  };
}

/** What is equal is the same: records, lists, and the image itself. */
function checkIdentities(before: ViewImage, after: ViewImage): void {
  const [old, next] = [recordsOf(before), recordsOf(after)];
  let changed = 0;
  for (const kind of ['brokers', 'topics', 'partitions'] as const) {
    const [olds, nexts] = [old, next].map((records) => new Map<string, unknown>(Object.entries(records[kind])));
    for (const key of new Set([...(olds?.keys() ?? []), ...(nexts?.keys() ?? [])])) {
      const [a, b] = [olds?.get(key), nexts?.get(key)];
      if (JSON.stringify(a) === JSON.stringify(b)) assert.is(a, b, `${key} is the same object`);
      else changed += 1;
    }
  }
  assert.is(before === after, changed === 0, 'another image if and only if something changed');
  assert.is(after.listTopics(), after.listTopics());
}

function dumped(replica: Replica): Records {
  const { brokers, topics, partitions } = replica.machine.dump();
  return { brokers, topics, partitions };
}

/** What happens between two batches. */
type Event = 'credit' | 'resume' | 'anew' | 'snapshot' | 'none';
const event: fc.Arbitrary<Event> = fc.constantFrom('credit', 'credit', 'credit', 'resume', 'anew', 'snapshot', 'none');

test('in any cut, at each index, the image is that of replay', () => {
  const cuts = fc.infiniteStream(fc.record({ length: fc.integer({ min: 1, max: 6 }), event }));
  fc.assert(
    fc.property(anyHistory, cuts, (history, stream) => {
      // The second is told all that the first is, and is a batch behind.
      const [asked, other] = [new Replica(), new Replica()];
      const viewer = new Viewer();
      const dumps = new Map([[0, dumped(asked)]]);
      let at: Replica = asked;
      let subscription = 1;
      const take = (): void => {
        for (const message of at.takenOf('image')) if (message.subscription === subscription) viewer.take(message);
        const known = dumps.get(viewer.index);
        if (known !== undefined) assert.is(canonicalJson(recordsOf(viewer.image)), canonicalJson(known));
      };
      const subscribe = (replica: Replica, fromIndex: number | null): void => {
        at.receive({ kind: 'unsubscribe', subscription });
        at = replica;
        subscription += 1;
        viewer.moved();
        at.subscribe('image', fromIndex, { subscription, credit: 1 });
      };
      subscribe(asked, null);
      for (let done = 0; done < history.length;) {
        const { length, event: happens } = stream.next().value as { length: number; event: Event };
        const batch = history.slice(done, done + length);
        asked.apply(...batch);
        dumps.set(asked.index, dumped(asked));
        done += length;
        if (happens === 'credit') at.receive({ kind: 'credit', subscription, messages: 1 });
        if (happens === 'resume') subscribe(at === asked ? other : asked, viewer.index === -1 ? null : viewer.index);
        if (happens === 'anew' && viewer.index < at.index) subscribe(at, null);
        take();
        if (happens === 'snapshot') other.restoreFrom(asked);
        else other.apply(...batch);
        take();
      }
      at.receive({ kind: 'credit', subscription, messages: 10 });
      take();
      assert.is(viewer.index, asked.index);
    }),
    { numRuns: 100 },
  );
});

function stepsIn(messages: readonly Posted<'image'>[]): string[] {
  return messages.flatMap(({ steps }) =>
    Array.from(readSteps(steps), (step) => {
      if (step.kind === 'partition') return `partition ${step.info.topic}:${step.info.partition}`;
      return step.kind;
    }),
  );
}

test('a record that changes often while there is no credit is told once, as it is at last', () => {
  const replica = new Replica();
  replica.apply(registration(1), topic('t', 2));
  replica.subscribe('image', 2, { credit: 1 });
  for (let epoch = 2; epoch < 50; epoch += 1) replica.apply(leaderChange('t', 0, epoch), leaderChange('t', 1, epoch));
  assert.equal(stepsIn(replica.takenOf('image')), ['partition t:0', 'partition t:1']);
  replica.receive({ kind: 'credit', subscription: 1, messages: 5 });
  const [message, ...others] = replica.takenOf('image');
  assert.equal(others, []);
  assert.equal([message?.index, message?.last], [replica.index, true]);
  const told = message === undefined ? [] : [...readSteps(message.steps)];
  assert.equal(
    told.map((step) => step.kind === 'partition' && step.info.leaderEpoch),
    [49, 49],
  );
});

test('what changes nothing moves the index, and what is gone is told as gone', () => {
  const replica = new Replica();
  replica.apply(registration(1), topic('t', 2));
  replica.subscribe('image', 2);
  replica.apply(topic('t'));
  const [nothing] = replica.takenOf('image');
  assert.equal([nothing?.index, nothing?.last, stepsIn(nothing ? [nothing] : [])], [3, true, []]);
  replica.apply({ type: 'delete_topic', data: { name: 't' } }, { type: 'unregister_broker', data: { id: 1 } });
  assert.equal(stepsIn(replica.takenOf('image')), ['brokerGone', 'topicGone']);
});

test('a large image comes in slices within credit, as it was when it began; what changed meanwhile comes after', () => {
  const replica = new Replica();
  const viewer = new Viewer();
  const partitions = 2 * watchLimits.maxRecordsPerSlice;
  replica.apply(registration(1), topic('t', partitions));
  replica.subscribe('image', null, { credit: 1 });
  const begun = dumped(replica);
  const indexes: number[] = [];
  for (let epoch = 2; viewer.index < 4; epoch += 1) {
    const messages = replica.takenOf('image');
    assert.is(messages.length, 1);
    const [message] = messages;
    if (message === undefined) break;
    assert.ok(stepsIn([message]).length <= watchLimits.maxRecordsPerSlice);
    indexes.push(message.index);
    viewer.take(message);
    if (viewer.index === 2) assert.equal(recordsOf(viewer.image), begun);
    replica.apply(leaderChange('t', 7, epoch));
    replica.receive({ kind: 'credit', subscription: 1, messages: 1 });
  }
  assert.equal(indexes, [2, 2, 2, 5]);
  assert.is(viewer.image.findPartition('t', 7)?.leaderEpoch, 4);
});

test('lists are made once for what they list', () => {
  const replica = new Replica();
  const viewer = new Viewer();
  replica.apply(registration(1), topic('t', 2), topic('u', 2));
  replica.subscribe('image', null);
  replica.takenOf('image').forEach((message) => viewer.take(message));
  const { image } = viewer;
  const [brokers, topics, t, u] = [
    image.listBrokers(),
    image.listTopics(),
    image.listPartitions('t'),
    image.listPartitions('u'),
  ];
  replica.apply(leaderChange('t', 0, 2));
  replica.takenOf('image').forEach((message) => viewer.take(message));
  assert.is(viewer.image.listBrokers(), brokers);
  assert.is(viewer.image.listTopics(), topics);
  assert.is(viewer.image.listPartitions('u'), u);
  assert.is.not(viewer.image.listPartitions('t'), t);
  assert.equal(viewer.image.listPartitions('none'), []);
  for (const list of [brokers, topics, t]) assert.ok(Object.isFrozen(list));
});

test.run();
