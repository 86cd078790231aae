/** Registrations again, and what the controller says of brokers: whose word counts, and what it leaves behind. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrokerInfo, BrokerStatus } from '../../src/metadata/model.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: broker lifecycle');

const FIRST = { id: 1, addr: 'a:1', incarnationId: 'first' };
const SECOND = { id: 1, addr: 'b:2', incarnationId: 'second' };

function brokerOf(tester: MetadataTester, id = 1): BrokerInfo {
  const broker = tester.ask('get_broker', { id });
  if (broker === undefined) throw new Error(`broker ${id} is registered`);
  return broker;
}

function statusAfter(tester: MetadataTester, status: BrokerStatus): void {
  tester.accept('update_broker', { id: 1, change: { status } });
}

test('a second incarnation is refused until the first is fenced, and then takes a new epoch', () => {
  const tester = createTester();
  tester.accept('register_broker', { ...FIRST, rack: 'r', resources: { cpuCores: 4 } }, 10);
  for (const status of ['alive', 'draining'] as const) {
    statusAfter(tester, status);
    assert.is(tester.reject('register_broker', SECOND), 'BrokerExists', status);
  }
  for (const status of ['unreachable', 'dead'] as const) {
    statusAfter(tester, status);
    const next = { ...SECOND, incarnationId: status };
    const taken = tester.accept('register_broker', next, 50) as BrokerInfo;
    assert.equal(
      [taken.status, taken.brokerEpoch, taken.incarnationId, taken.addr, taken.rack, taken.resources.cpuCores],
      ['alive', tester.index, status, 'b:2', '', 0],
      'nothing of the process before is left',
    );
    assert.equal([taken.registeredAt, taken.lastHeartbeat], [50, 50]);
  }
});

test('the same incarnation amends its registration and keeps epoch, status, times and what is known besides', () => {
  const tester = createTester();
  tester.accept('register_broker', { ...FIRST, rack: 'r', resources: { cpuCores: 4 } }, 10);
  statusAfter(tester, 'draining');
  const before = brokerOf(tester);
  const amended = tester.accept('register_broker', { ...FIRST, addr: 'c:3', rack: 's' }, 90) as BrokerInfo;
  assert.equal(amended, { ...before, addr: 'c:3', rack: 's' });
  const { version } = tester.machine.image();
  tester.accept('register_broker', { ...FIRST, addr: 'c:3', rack: 's' }, 99);
  assert.is(tester.machine.image().version, version, 'what says nothing new writes nothing');
});

test('who names no incarnation is refused as ever, and is not taken for one that did', () => {
  const tester = createTester();
  tester.accept('register_broker', { id: 1, addr: 'a:1' });
  statusAfter(tester, 'unreachable');
  assert.is(tester.reject('register_broker', { id: 1, addr: 'a:1' }), 'BrokerExists');
  tester.accept('register_broker', SECOND);
  statusAfter(tester, 'unreachable');
  assert.is(tester.reject('register_broker', { id: 1, addr: 'a:1' }), 'BrokerExists');
});

const CHANGES = ['fence_broker', 'unfence_broker', 'begin_controlled_shutdown'] as const;

test('each change of status, from each status', () => {
  const expected: Record<BrokerStatus, readonly BrokerStatus[]> = {
    alive: ['unreachable', 'alive', 'draining'],
    draining: ['unreachable', 'draining', 'draining'],
    unreachable: ['unreachable', 'alive', 'unreachable'],
    dead: ['dead', 'alive', 'dead'],
  };
  const tester = createTester(1);
  for (const [from, after] of Object.entries(expected)) {
    CHANGES.forEach((change, place) => {
      statusAfter(tester, from as BrokerStatus);
      const { version } = tester.machine.image();
      const { status } = tester.accept(change, { brokerId: 1, brokerEpoch: 1 }) as BrokerInfo;
      assert.is(status, after[place], `${change} from ${from}`);
      assert.is(tester.machine.image().version, version + (status === from ? 0 : 1));
    });
  }
});

test('a word about another registration is stale, older or newer; about none, it is of no broker', () => {
  const tester = createTester();
  tester.accept('register_broker', FIRST);
  statusAfter(tester, 'unreachable');
  tester.accept('register_broker', SECOND);
  for (const change of CHANGES) {
    for (const brokerEpoch of [1, 4]) assert.is(tester.reject(change, { brokerId: 1, brokerEpoch }), 'StaleEpoch');
    assert.is(tester.reject(change, { brokerId: 2, brokerEpoch: 1 }), 'BrokerNotFound');
  }
});

test('what a fence takes away goes to others, and the broker is back where there was nobody', () => {
  const tester = createTester(3);
  tester.accept('create_topic', {
    name: 'a',
    partitions: 2,
    replicationFactor: 2,
    assignment: [
      [1, 2],
      [2, 1],
    ],
  });
  tester.accept('create_topic', { name: 'alone', partitions: 1, replicationFactor: 1, assignment: [[1]] });
  tester.accept('fence_broker', { brokerId: 1, brokerEpoch: 1 });
  const shown = (): unknown =>
    ['a', 'alone'].flatMap((topic) =>
      tester
        .ask('list_partitions', { topic })
        .map(({ leader, isr, offlineReplicas }) => ({ leader, isr, offlineReplicas })),
    );
  assert.equal(shown(), [
    { leader: 2, isr: [2], offlineReplicas: [1] },
    { leader: 2, isr: [2], offlineReplicas: [1] },
    { leader: 0, isr: [1], offlineReplicas: [1] },
  ]);
  tester.accept('unfence_broker', { brokerId: 1, brokerEpoch: 1 });
  assert.equal(shown(), [
    { leader: 2, isr: [2], offlineReplicas: [] },
    { leader: 2, isr: [2], offlineReplicas: [] },
    { leader: 1, isr: [1], offlineReplicas: [] },
  ]);
  tester.accept('begin_controlled_shutdown', { brokerId: 1, brokerEpoch: 1 });
  assert.equal(shown(), [
    { leader: 2, isr: [2], offlineReplicas: [] },
    { leader: 2, isr: [2], offlineReplicas: [] },
    { leader: 0, isr: [1], offlineReplicas: [] },
  ]);
});

test('recorded heartbeats set the time they were sent and what has changed, and begin supervision', () => {
  const tester = createTester(3);
  const beats = [
    { brokerId: 1, brokerEpoch: 1, agoMs: 30, resources: { cpuCores: 8 } },
    { brokerId: 2, brokerEpoch: 2, agoMs: 9 * TIME },
  ];
  const before = [1, 2, 3].map((id) => brokerOf(tester, id));
  const heard = tester.accept('record_heartbeats', { brokers: beats }, 2 * TIME) as BrokerInfo[];
  assert.equal(
    heard,
    [1, 2].map((id) => brokerOf(tester, id)),
  );
  assert.equal(brokerOf(tester, 1), {
    ...before[0],
    lastHeartbeat: 2 * TIME - 30,
    resources: { ...before[0]?.resources, cpuCores: 8 },
    supervised: true,
  });
  assert.equal(brokerOf(tester, 2), { ...before[1], supervised: true }, 'a last heartbeat never goes back');
  assert.equal(brokerOf(tester, 3), before[2]);
});

test('heartbeats of registrations that are over are passed over, and one that says nothing new writes nothing', () => {
  const tester = createTester(2);
  const beats = [
    { brokerId: 1, brokerEpoch: 9, agoMs: 0 },
    { brokerId: 7, brokerEpoch: 1, agoMs: 0 },
    { brokerId: 2, brokerEpoch: 2, agoMs: 5 },
  ];
  const heard = tester.accept('record_heartbeats', { brokers: beats }, 2 * TIME) as BrokerInfo[];
  assert.equal(
    heard.map(({ id, lastHeartbeat }) => [id, lastHeartbeat]),
    [[2, 2 * TIME - 5]],
  );
  assert.not('supervised' in brokerOf(tester, 1));
  const { version } = tester.machine.image();
  tester.accept('record_heartbeats', { brokers: beats }, 2 * TIME);
  assert.is(tester.machine.image().version, version);
});

test('supervision outlives an incarnation and ends with the registration of the broker', () => {
  const tester = createTester();
  tester.accept('register_broker', FIRST);
  tester.accept('record_heartbeats', { brokers: [{ brokerId: 1, brokerEpoch: 1, agoMs: 0 }] });
  tester.accept('fence_broker', { brokerId: 1, brokerEpoch: 1 });
  assert.is((tester.accept('register_broker', SECOND) as BrokerInfo).supervised, true);
  tester.accept('unregister_broker', { id: 1 });
  assert.not('supervised' in (tester.accept('register_broker', FIRST) as BrokerInfo));
});

test('heartbeats out of shape are refused whole', () => {
  const tester = createTester(2);
  const good = { brokerId: 1, brokerEpoch: 1, agoMs: 0 };
  for (const bad of [
    { agoMs: -1 },
    { agoMs: 0.5 },
    { brokerEpoch: -1 },
    { brokerId: 0 },
    { resources: { cpuCores: -1 } },
    { brokerId: 1 },
  ]) {
    const brokers = [good, { ...good, brokerId: 2, ...bad }];
    assert.is(tester.reject('record_heartbeats', { brokers }), 'InvalidArgument', JSON.stringify(bad));
  }
});

test.run();
