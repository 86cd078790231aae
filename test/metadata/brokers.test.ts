/** Brokers: what registering, updating and unregistering accept, refuse and leave behind. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrokerInfo } from '../../src/metadata/model.js';
import { isAlive } from '../../src/metadata/model.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: brokers');

const NO_RESOURCES = {
  diskTotalBytes: 0,
  diskUsedBytes: 0,
  diskAvailableBytes: 0,
  networkBandwidthBytesPerSecond: 0,
  cpuCores: 0,
  memoryTotalBytes: 0,
  memoryUsedBytes: 0,
};

test('a registered broker is alive, with the times of its operation and defaults for the rest', () => {
  const tester = createTester();
  const expected = {
    id: 7,
    addr: 'localhost:9092',
    status: 'alive',
    resources: { ...NO_RESOURCES, cpuCores: 2.5 },
    rack: '',
    registeredAt: TIME,
    lastHeartbeat: TIME,
    brokerEpoch: 1,
  };
  assert.equal(
    tester.accept('register_broker', { id: 7, addr: 'localhost:9092', resources: { cpuCores: 2.5 } }),
    expected,
  );
  assert.equal(tester.ask('get_broker', { id: 7 }), expected);
  assert.is(tester.ask('get_broker', { id: 8 }), undefined);
});

test('an id is registered once, and again after it was unregistered', () => {
  const tester = createTester(1);
  assert.is(tester.reject('register_broker', { id: 1, addr: 'other:1' }), 'BrokerExists');
  tester.accept('unregister_broker', { id: 1 });
  assert.is(tester.reject('unregister_broker', { id: 1 }), 'BrokerNotFound');
  tester.accept('register_broker', { id: 1, addr: 'other:1' });
});

test('the epoch of a broker is the log index of its registration, whatever is changed later', () => {
  const tester = createTester(2);
  tester.reject('register_broker', { id: 1, addr: 'a:1' });
  const registered = tester.accept('register_broker', { id: 3, addr: 'a:1', incarnationId: 'first' }) as BrokerInfo;
  assert.equal([registered.brokerEpoch, registered.incarnationId], [4, 'first']);
  const updated = tester.accept('update_broker', { id: 3, change: { rack: 'r' } }) as BrokerInfo;
  assert.equal([updated.brokerEpoch, updated.incarnationId], [4, 'first']);
  assert.not('incarnationId' in (tester.ask('get_broker', { id: 1 }) as BrokerInfo));
  tester.accept('unregister_broker', { id: 3 });
  assert.is((tester.accept('register_broker', { id: 3, addr: 'a:1' }) as BrokerInfo).brokerEpoch, 7);
});

test('ids, addresses, racks, resources and incarnations out of shape are refused', () => {
  const tester = createTester();
  for (const id of [0, -1, 1.5, 2 ** 31, Number.NaN]) {
    assert.is(tester.reject('register_broker', { id, addr: 'a:1' }), 'InvalidArgument', String(id));
  }
  const addresses = ['', 'a', 'a:', ':1', 'a:0', 'a:65536', 'a b:1', 'a:1x', '::1:9092', `${'a'.repeat(257)}:9092`];
  for (const addr of addresses) {
    assert.is(tester.reject('register_broker', { id: 1, addr }), 'InvalidArgument', addr);
  }
  assert.is(tester.reject('register_broker', { id: 1, addr: 'a:1', rack: 'r'.repeat(256) }), 'InvalidArgument');
  for (const incarnationId of ['', 'i'.repeat(256), 1 as unknown as string]) {
    assert.is(tester.reject('register_broker', { id: 1, addr: 'a:1', incarnationId }), 'InvalidArgument');
  }
  for (const cpuCores of [-1, Number.POSITIVE_INFINITY]) {
    assert.is(tester.reject('register_broker', { id: 1, addr: 'a:1', resources: { cpuCores } }), 'InvalidArgument');
  }
});

test('host names, IPv4 and bracketed IPv6 addresses are accepted', () => {
  const tester = createTester();
  ['kafka-0.kafka:9092', '10.0.0.1:65535', '[::1]:1', '[fe80::1%eth0]:9092'].forEach((addr, place) => {
    tester.accept('register_broker', { id: place + 1, addr });
  });
});

test('an update changes what it names, merges resources, and leaves the rest', () => {
  const tester = createTester(1);
  tester.accept('update_broker', { id: 1, change: { resources: { cpuCores: 4 }, rack: 'r1' } });
  const value = tester.accept('update_broker', {
    id: 1,
    change: { status: 'draining', lastHeartbeat: 5, resources: { memoryUsedBytes: 9 } },
  });
  assert.equal(value, {
    id: 1,
    addr: 'broker-1:9092',
    status: 'draining',
    resources: { ...NO_RESOURCES, cpuCores: 4, memoryUsedBytes: 9 },
    rack: 'r1',
    registeredAt: TIME,
    lastHeartbeat: 5,
    brokerEpoch: 1,
  });
  assert.is(tester.reject('update_broker', { id: 2, change: {} }), 'BrokerNotFound');
});

test('an update that changes nothing leaves version and time of the metadata', () => {
  const tester = createTester(1);
  const { version } = tester.ask('metadata', {});
  tester.accept('update_broker', { id: 1, change: { status: 'alive', resources: {} } }, TIME + 1);
  assert.is(tester.ask('metadata', {}).version, version);
  tester.accept('update_broker', { id: 1, change: { status: 'dead' } }, TIME + 2);
  assert.is(tester.ask('metadata', {}).version, version + 1);
  assert.is(tester.ask('metadata', {}).lastModified, TIME + 2);
});

test('the time of the metadata never goes back', () => {
  const tester = createTester();
  tester.accept('register_broker', { id: 1, addr: 'a:1' }, 50);
  tester.accept('register_broker', { id: 2, addr: 'a:2' }, 40);
  assert.is(tester.ask('metadata', {}).lastModified, 50);
});

test('a broker in a replica list cannot be unregistered, one that left all of them can', () => {
  const tester = createTester(3);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 1, assignment: [[2]] });
  assert.is(tester.reject('unregister_broker', { id: 2 }), 'InvalidAssignment');
  tester.accept('update_isr', { topic: 't', partition: 0, isr: [2] });
  tester.accept('update_replica_list', { topic: 't', partition: 0, replicas: [2, 3] });
  tester.accept('update_isr', { topic: 't', partition: 0, isr: [2, 3] });
  tester.accept('update_replica_list', { topic: 't', partition: 0, replicas: [3] });
  tester.accept('unregister_broker', { id: 2 });
  tester.accept('delete_topic', { name: 't' });
  tester.accept('unregister_broker', { id: 3 });
});

test('brokers are listed by id, as numbers', () => {
  const tester = createTester();
  for (const id of [10, 9, 100, 1]) tester.accept('register_broker', { id, addr: 'a:1' });
  assert.equal(
    tester.ask('list_brokers', {}).map((broker) => broker.id),
    [1, 9, 10, 100],
  );
});

test('a broker is alive by status and by heartbeat', () => {
  const broker = createTester(1).ask('get_broker', { id: 1 }) as BrokerInfo;
  assert.ok(isAlive(broker, 10, TIME + 9));
  assert.not(isAlive(broker, 10, TIME + 10));
  assert.not(isAlive({ ...broker, status: 'draining' }, 10, TIME));
});

test.run();
