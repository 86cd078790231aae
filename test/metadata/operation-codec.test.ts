/** Both forms of an operation's bytes mean the same; what a list cannot hold stands as an object. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeOperation } from '../../src/client/encode-operation.js';
import type { EncodedCommand } from '../../src/client/write.js';
import { decodeOperation, operationToText, type PlainOperation } from '../../src/metadata/operation-codec.js';
import { createRandom } from '../../src/random.js';
import { createTester, encodeJson, TIME } from './metadata-tester.js';

const encoder = new TextEncoder();
const random = createRandom(1);
const CHANGES: readonly PlainOperation[] = [
  { type: 'update_leader', data: { topic: 'orders', partition: 1, leader: 2, leaderEpoch: 2 } },
  { type: 'update_isr', data: { topic: 'orders', partition: 1, isr: [2, 3] } },
  { type: 'update_replica_list', data: { topic: 'orders', partition: 1, replicas: [3, 1] } },
];

function encodeAt(now: number, operation: PlainOperation, drawnFrom = random): EncodedCommand {
  const { now: realNow } = Date;
  Date.now = () => now;
  try {
    return encodeOperation(operation, drawnFrom);
  } finally {
    Date.now = realNow;
  }
}

const decodeText = (text: string): unknown => decodeOperation(encoder.encode(text));

test('the changes that come most often are lists, and come back as they were', () => {
  for (const change of CHANGES) {
    const text = operationToText(change, TIME);
    assert.ok(text.startsWith(`["${String(change.type)}"`) && text.endsWith(`,${TIME}]`), text);
    assert.equal(decodeText(text), { ...change, timestamp: TIME });
  }
});

test('a log of objects, as earlier versions wrote them, comes to the same state as one of lists', () => {
  const [objects, lists] = [createTester(3), createTester(3)];
  for (const tester of [objects, lists]) {
    tester.accept('create_topic', {
      name: 'orders',
      partitions: 2,
      replicationFactor: 2,
      assignment: [
        [1, 2],
        [2, 3],
      ],
    });
    assert.is(tester.machine.image().version, 4);
  }
  for (const change of CHANGES) {
    const asObject = objects.applyAny({ ...change, timestamp: TIME + 1 });
    lists.machine.begin();
    const asList = encoder.encode(operationToText(change, TIME + 1));
    assert.equal(lists.machine.apply(asList, { index: objects.index }), asObject);
    lists.machine.end();
    assert.ok('value' in asObject, JSON.stringify(asObject));
  }
  assert.equal(lists.machine.dump(), objects.machine.dump());
  assert.is(lists.machine.digest(), objects.machine.digest());
});

test('what a list would lose stands as an object', () => {
  const data = { topic: 'orders', partition: 1, isr: [1] };
  for (const operation of [
    { type: 'update_isr', data: { ...data, note: 'unknown members are kept' } },
    { type: 'update_isr', data, origin: 'unknown members are kept' },
    { type: 'update_isr', data: { topic: 'orders', partition: 1, note: 'as many members, but others' } },
    { type: 'unregister_broker', data: { id: 1 } },
    { type: 'constructor', data: {} },
  ]) {
    assert.equal(JSON.parse(operationToText(operation, TIME)), { ...operation, timestamp: TIME });
  }
  const timed = { type: 'update_isr', data, timestamp: TIME };
  assert.is(operationToText(timed, TIME), `["update_isr","orders",1,[1],${TIME}]`);
});

test('a list that is no operation is refused as what it is', () => {
  const tester = createTester();
  for (const list of [
    [],
    ['update_isr'],
    ['update_isr', 'orders', 1, [1], TIME, 0],
    ['delete_topic', 'orders', TIME],
  ]) {
    assert.equal(decodeOperation(encodeJson(list)), list);
    const answer = tester.applyAny(list);
    assert.ok('error' in answer && answer.error.code === 'InvalidArgument', JSON.stringify(answer));
  }
  assert.is(decodeText('["update_isr"'), undefined);
});

test('an operation has the same fingerprint whenever it is sent, and another with another member', () => {
  const [change] = CHANGES;
  assert.ok(change !== undefined);
  const unlisted = { type: 'unregister_broker', data: { id: 1 } };
  for (const operation of [change, unlisted]) {
    const [sent, later] = [TIME, TIME * 1_000].map((now) => encodeAt(now, operation));
    assert.is(later?.fingerprint, sent?.fingerprint);
    assert.is.not(
      encodeOperation({ ...operation, timestamp: TIME }, random).fingerprint,
      sent?.fingerprint,
      'a time given',
    );
  }
  const other = encodeOperation({ type: 'unregister_broker', data: { id: 2 } }, random);
  assert.is.not(other.fingerprint, encodeOperation(unlisted, random).fingerprint);
});

test('a placement without a seed gets one, which is no part of what was given', () => {
  const operation = { type: 'create_topic', data: { name: 'orders', partitions: 1, replicationFactor: 1 } };
  const [one, other] = [createRandom(7), createRandom(7)];
  const sent = encodeAt(TIME, operation, one);
  const seedIn = ({ bytes }: EncodedCommand): unknown =>
    (decodeOperation(bytes) as { placementSeed?: unknown }).placementSeed;
  assert.type(seedIn(sent), 'number');
  assert.equal(encodeAt(TIME, operation, other), sent, 'drawn from what was handed over alone');
  const later = encodeAt(TIME + 1, operation, other);
  assert.is.not(seedIn(later), seedIn(sent));
  assert.is(later.fingerprint, sent.fingerprint);
  const given = encodeAt(TIME, { ...operation, placementSeed: 5 }, other);
  assert.is(seedIn(given), 5);
  assert.is.not(given.fingerprint, sent.fingerprint);
  const unplaced = encodeAt(TIME, { type: 'delete_topic', data: { name: 'orders' } }, other);
  assert.is(seedIn(unplaced), undefined);
});

test.run();
