/** The verbs against a running cluster: what each shows of a canned answer. No process, no port. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { isUnderReplicated } from '../../src/cli/partition-table.js';
import type { PartitionInfo } from '../../src/index.js';
import { cannedAnswers } from '../support/canned-cluster.js';
import { runVerb } from '../support/canned-remote.js';

const test = suite('remote verbs');

async function lines(words: string): Promise<string[]> {
  return (await runVerb(words)).shown.split('\n');
}

test('topics: a table, a wide one, and one without headings', async () => {
  assert.equal(await lines('topic list'), [
    'TOPIC    PARTITIONS   REPLICATION',
    'audit             2             3',
    'orders            2             3',
  ]);
  assert.equal(await lines('topic list -o wide --no-headers'), [
    'audit    2   3   1   unlimited   unlimited   cleanup.policy=compact',
    'orders   2   3   1          7d   unlimited   -',
  ]);
});

test('a topic, and partitions, with the columns of kafka-topics', async () => {
  const table = [
    'TOPIC    PARTITION   LEADER   REPLICAS   ISR     OFFLINE',
    'orders           0        1   1,2,3      1,2,3   -',
    'orders           1     none   1,2,3      2       1,3',
  ];
  assert.equal(await lines('partition list'), table);
  const described = await lines('topic describe orders');
  assert.equal(described.slice(0, 5), [
    'topic         orders',
    'partitions    2',
    'replication   3',
    'created       2026-01-02T03:04:05.000Z',
    'settings      -',
  ]);
  assert.equal(described.slice(5), ['', ...table]);
  assert.equal(await lines('partition list --reassigning -o wide'), [
    'TOPIC    PARTITION   LEADER   REPLICAS   ISR     OFFLINE   ADDING   REMOVING   LEADER EPOCH   PARTITION EPOCH',
    'orders           0        1   1,2,3      1,2,3   -         4        2                     1                 0',
  ]);
  for (const flag of ['--offline', '--under-replicated']) {
    const [row, ...more] = await lines(`partition list --no-headers ${flag}`);
    assert.match(row ?? '', /^orders +1 +none /, flag);
    assert.equal(more, [], flag);
  }
});

test('under-replicated is what lacks replicas in sync that it had before a reassignment', () => {
  const [whole] = cannedAnswers['GET /partitions'] as PartitionInfo[];
  const moving = { ...must(whole, 'a partition'), replicas: [4, 1, 3, 2], addingReplicas: [4] };
  assert.is(isUnderReplicated({ ...moving, isr: [1, 2, 3] }), false);
  assert.is(isUnderReplicated({ ...moving, isr: [1, 2] }), true);
});

test('nodes, with the columns of etcdctl endpoint status', async () => {
  assert.equal(await lines('node list'), [
    'NODE   ROLE       IS LEADER   IS LEARNER   RAFT TERM   RAFT INDEX   RAFT APPLIED INDEX',
    '1      leader     true        false                2          130                  129',
    '2      follower   false       false                2          130                  129',
    '3      follower   false       false                2          130                  129',
  ]);
  assert.match((await lines('node list -o wide'))[0] ?? '', /FIRST LOG +LAST LOG +SNAPSHOT +FOLLOWS$/);
});

test('brokers, groups and links', async () => {
  assert.equal(await lines('broker list'), [
    'BROKER   ADDRESS          RACK     STATUS        EPOCH',
    '1        127.0.0.1:9092   rack-1   alive             1',
    '2        127.0.0.1:9093   -        draining          2',
    '3        127.0.0.1:9094   rack-1   unreachable       3',
  ]);
  assert.match((await runVerb('broker describe 1')).shown, /^replicas {5}2\nleaders {6}1$/m);
  assert.equal(await lines('group list'), ['GROUP     STATE    PROTOCOL TYPE', 'billing   Stable   consumer']);
  assert.equal(await lines('group describe billing'), [
    'group        billing',
    'state        Stable',
    'generation   3',
    'protocol     consumer, range',
    'leader       m-1',
    '',
    'MEMBER   SESSION   REBALANCE   ASSIGNMENT',
    'm-1          10s          1m   {"partitions":{"orders":[0,1]}}',
    '',
    'TOPIC    PARTITION   OFFSET',
    'orders           0       42',
  ]);
  assert.equal(await lines('link list -o wide'), [
    'LINK   STATE       DELIVERED   DROPPED   RECONNECTS   LAST ERROR',
    '1-2    connected        1000         0            0   -',
    '1-3    connected        1000         0            0   -',
    '2-3    cut              1000         7            0   cut',
  ]);
});

test('the cluster at a glance, and its health with exit code 10', async () => {
  assert.equal((await lines('status')).slice(0, 8), [
    'cluster    http://127.0.0.1:7400, conclave 0.1.0, up 1h 2m',
    'health     unhealthy: link 2-3 is cut',
    'leader     node 1, term 2',
    'metadata   3 brokers, 2 topics, 2 partitions',
    '           1 partition has no leader: orders:1',
    '',
    'NODE   ROLE       IS LEADER   IS LEARNER   RAFT TERM   RAFT INDEX   RAFT APPLIED INDEX',
    '1      leader     true        false                2          130                  129',
  ]);
  const health = await runVerb('health');
  assert.is(health.shown, 'unhealthy, node 1 leads\n! link 2-3 is cut\n! 1 partition has no leader: orders:1');
  assert.is(health.exitCode, 10);
});

test('what was done is told in a line', async () => {
  const told: [words: string, line: string][] = [
    ['topic create orders', 'topic orders created: 2 partitions, replication 3'],
    ['topic delete orders', 'topic orders deleted'],
    ['topic alter orders --partitions 2', '1 partition added, 2 in all'],
    ['broker register 7 127.0.0.1:9098', 'broker 7 registered'],
    ['broker unregister 7', 'broker 7 unregistered'],
    ['broker drain 2', 'broker 2 is draining'],
    ['group delete billing', 'group billing deleted'],
    ['node add', 'node 4 added'],
    ['node remove 3', 'node 3 removed'],
    ['node kill leader', 'node 1 killed'],
    ['node restart 2', 'node 2 restarted'],
    ['node transfer 2', 'node 2 leads'],
    ['node snapshot 2', 'node 2: a snapshot up to entry 129'],
    ['link cut 1 2 --from 2', 'link 1-2 cut from node 2'],
    ['link delay 1 2 20ms', 'link 1-2 delayed'],
    ['link heal', 'all links healed'],
    ['partition elect', '0 partitions led by another replica now'],
  ];
  for (const [words, line] of told) assert.is((await runVerb(words)).shown, line, words);
});

test.run();
