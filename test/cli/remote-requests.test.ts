/** The verbs against a running cluster: their words, what each asks for, and what is wrong with others. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { cannedAnswers } from '../support/canned-cluster.js';
import { complaintOf, parseVerb, runVerb } from '../support/canned-remote.js';

const test = suite('remote requests');

test('where, how and how long: from words, with defaults', () => {
  const { options } = parseVerb('topic list');
  assert.equal(options, {
    ...{ url: 'http://127.0.0.1:7400', token: null, output: 'table', headers: true },
    ...{ timeoutMs: null, watch: false, untilWell: false },
  });
  const all = parseVerb('topic list --url localhost:7500/ --token t -o wide --no-headers --timeout 5 --watch');
  assert.equal(all.options, {
    ...{ url: 'http://localhost:7500', token: 't', output: 'wide', headers: false },
    ...{ timeoutMs: 5_000, watch: true, untilWell: false },
  });
  assert.equal(parseVerb('health --exit-when-healthy').options.untilWell, true);
  for (const url of ['ftp://x', 'http://', 'http://u:p@x', 'http://x/?a=b', ':']) {
    assert.match(complaintOf(`topic list --url ${url}`), /It must be like http/);
  }
});

const asked: readonly (readonly [words: string, ...sent: unknown[]])[] = [
  ['status', 'GET /status'],
  ['health', 'GET /health'],
  ['topic list', 'GET /topics'],
  ['topic describe orders', 'GET /topics/orders'],
  ['topic create orders', 'POST /topics', { name: 'orders', partitions: 1, replicationFactor: 1 }],
  [
    'topic create orders --partitions 12 --replication-factor 3 --config retention.ms=5 --config preallocate=true',
    'POST /topics',
    {
      ...{ name: 'orders', partitions: 12, replicationFactor: 3 },
      config: { retentionMs: 5, extra: { preallocate: 'true' } },
    },
  ],
  ['topic delete orders', 'DELETE /topics/orders'],
  [
    'topic alter audit --config cleanup.policy+=delete --config retention.ms=5 --delete-config segment.ms --dry-run',
    'PATCH /topics/audit/configs',
    {
      changes: [
        { key: 'cleanup.policy', op: 'append', value: 'delete' },
        { key: 'retention.ms', op: 'set', value: '5' },
        { key: 'segment.ms', op: 'delete' },
      ],
      validateOnly: true,
    },
  ],
  ['topic alter orders --partitions 2', 'POST /topics/orders/partitions', { total: 2 }],
  ['partition list', 'GET /partitions'],
  ['partition list orders', 'GET /partitions?topic=orders'],
  ['partition list --reassigning', 'GET /reassignments'],
  [
    'partition reassign orders:0 4,1,3',
    'POST /reassignments',
    { changes: [{ topic: 'orders', partition: 0, replicas: [4, 1, 3] }] },
  ],
  [
    'partition reassign orders:0 --cancel',
    'POST /reassignments',
    { changes: [{ topic: 'orders', partition: 0, replicas: null }] },
  ],
  ['partition elect', 'POST /elections', { kind: 'preferred' }],
  [
    'partition elect orders:0 a.b:12 --unclean',
    'POST /elections',
    {
      kind: 'unclean',
      partitions: [
        { topic: 'orders', partition: 0 },
        { topic: 'a.b', partition: 12 },
      ],
    },
  ],
  ['broker list', 'GET /brokers'],
  ['broker describe 1', 'GET /brokers/1', 'GET /balance'],
  [
    'broker register 7 127.0.0.1:9098 --rack rack-1',
    'POST /brokers',
    { id: 7, addr: '127.0.0.1:9098', rack: 'rack-1' },
  ],
  ['broker unregister 7', 'DELETE /brokers/7'],
  ['broker drain 2', 'POST /brokers/2/drain'],
  ['group list', 'GET /groups'],
  ['group describe billing', 'GET /groups/billing'],
  ['group delete billing', 'DELETE /groups/billing'],
  ['node list', 'GET /nodes'],
  ['node add', 'POST /nodes'],
  ['node remove 3', 'DELETE /nodes/3'],
  ['node kill 1', 'POST /nodes/1/kill'],
  ['node kill leader', 'GET /status', 'POST /nodes/1/kill'],
  ['node stop 2', 'POST /nodes/2/stop'],
  ['node restart 2', 'POST /nodes/2/restart', {}],
  ['node restart 2 --wipe', 'POST /nodes/2/restart', { wipe: true }],
  ['node pause 2', 'POST /nodes/2/pause'],
  ['node resume 2', 'POST /nodes/2/resume'],
  ['node transfer 2', 'POST /nodes/2/transfer'],
  ['node snapshot 2', 'POST /nodes/2/snapshot'],
  ['link list', 'GET /links'],
  ['link cut 1 2', 'POST /links/1/2/cut', {}],
  ['link cut 1 2 --from 2', 'POST /links/1/2/cut', { from: 2 }],
  ['link delay 1 2 20ms', 'POST /links/1/2/faults', { delayMs: 20 }],
  [
    'link delay 1 2 5ms..20ms --drop 1% --duplicate 0.5 --reorder 1 --from 1',
    'POST /links/1/2/faults',
    { delayMs: [5, 20], dropRate: 0.01, duplicateRate: 0.5, reorderRate: 1, from: 1 },
  ],
  ['link drop 1 2 10% --delay 1s', 'POST /links/1/2/faults', { delayMs: 1_000, dropRate: 0.1 }],
  ['link partition 1 2,3', 'POST /partition', { groups: [[1], [2, 3]] }],
  ['link heal 1 2', 'POST /links/1/2/heal'],
  ['link heal', 'POST /heal'],
];

for (const [words, ...sent] of asked) {
  test(`${words}: what it asks for`, async () => {
    assert.equal((await runVerb(words)).sent, sent);
  });
}

test('as JSON each gives one line, which is what the cluster answered where it answered something', async () => {
  for (const [words, ...sent] of asked) {
    const { shown } = await runVerb(`${words} -o json`);
    assert.not.match(shown, /\n/, words);
    const calls = sent.filter((each) => typeof each === 'string');
    const answered = cannedAnswers[calls.at(-1) ?? ''];
    if (answered !== undefined && calls.length === 1) assert.equal(JSON.parse(shown), answered, words);
  }
});

test('a token that no header can carry is refused without being shown', () => {
  const words = ['topic', 'list', '--token', 'two words'];
  const told = (error: Error): boolean => /visible ASCII/.test(error.message) && !/two words/.test(error.message);
  assert.throws(() => parseCommandLine(words, { stdout: () => undefined, columns: 100 }), told);
});

test('a verb that lacks something, or has something wrong, says what', () => {
  const complaints: [words: string, told: RegExp][] = [
    ['topics list', /unknown command 'topics' \(Did you mean topic\?\)/],
    ['topic lst', /unknown command 'lst' \(Did you mean list\?\)/],
    ['topic create orders --partition 3', /unknown option '--partition' \(Did you mean --partitions\?\)/],
    ['topic create', /missing required argument 'name'/],
    ['topic create a b', /too many arguments/],
    ['topic', /a command is missing/],
    ['topic create orders --partitions 0', /from 1 to/],
    ['topic create orders --config retention.ms', /--config 'retention\.ms' is no KEY=VALUE/],
    ['topic create orders --config retention.msx=5', /--config: .*retention\.msx.*nearest is retention\.ms/],
    ['topic create orders --config cleanup.policy+=compact', /give KEY=VALUE/],
    ['topic alter orders', /nothing to alter/],
    ['topic alter orders --partitions 3 --dry-run', /settings alone/],
    ['topic describe ..', /"\.\." is no name/],
    ['topic list -o yaml', /Allowed choices are table, wide, json/],
    ['partition reassign', /which partition\?/],
    ['partition reassign orders:0', /to which brokers\?/],
    ['partition reassign orders', /It must be like orders:0/],
    ['partition reassign orders:0 a,b', /It must be like 1,2,3/],
    ['partition reassign orders:0 1,2 --cancel', /takes no brokers/],
    ['partition reassign --file /nowhere/moves.json', /moves\.json: cannot be read/],
    ['partition elect --unclean', /name partitions/],
    ['broker register x y', /number/],
    ['node kill', /missing required argument 'id'/],
    ['node kill two', /number of a node, or: leader|It must be/],
    ['link cut 1', /missing required argument 'b'/],
    ['link cut 1 2 --from 3', /--from 3: the ends are 1 and 2/],
    ['link drop 1 2 110%', /a share such as 0\.1 or 10%/],
    ['link delay 1 2 soon', /It must be a time such as/],
    ['link partition 1,2', /at least two groups/],
    ['link heal 1', /a link has two ends/],
    ['watch --include everything', /cluster,metadata,status/],
    ['watch --from-index -1', /argument missing|whole number/],
  ];
  for (const [words, told] of complaints) assert.match(complaintOf(words), told, words);
});

test.run();
