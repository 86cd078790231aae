/** Real threads under faults, as the proof's gate runs them by the dozen; and a read that is stale in earnest. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { leaderAndFollowers, withCluster } from '../support/clusters.js';
import { checkCertificate } from './certificate.js';
import { examineSeed } from './examined-run.js';
import type { HistoryOperation } from './history.js';
import { metadataModel, modelValueOf, type MetadataCall } from './metadata-model.js';
import { FAULTS_A_RUN } from './run.js';
import { checkBySearch } from './wing-gong-lowe.js';

const test = suite('linearizability with real threads');

for (const [seed, what] of [
  [3, 'three nodes in memory'],
  [24, 'three nodes on files'],
] as const) {
  test(`${what}: a history under faults is linearizable, as both checkers see it`, async () => {
    const { run, examination, problems } = await examineSeed({ seed, operations: 500 });
    assert.equal(problems, []);
    assert.ok(run.fired.length >= FAULTS_A_RUN, 'faults have fired');
    assert.ok(run.history.length > 400 && examination.searchedOperations > 300, 'it was put to the test');
    assert.ok(examination.planted > 0, 'something could be planted');
  });
}

test('a read from a node that is cut off, told as a linearizable one, is found by both checkers', () =>
  withCluster('stale', { nodes: 3 }, async (cluster) => {
    const { followers } = await leaderAndFollowers(cluster);
    const [node = 0] = followers;
    const store = cluster.store();
    const history: HistoryOperation<MetadataCall>[] = [];
    const record = async (call: MetadataCall, ask: () => Promise<{ index: number; value: unknown }>): Promise<void> => {
      const invokedNs = Number(process.hrtime.bigint());
      const { index, value } = await ask();
      history.push({
        client: 1,
        call,
        invokedNs,
        returnedNs: Number(process.hrtime.bigint()),
        answer: { value: modelValueOf(call, value) },
        index,
      });
    };
    const write = (type: 'register_broker' | 'update_broker', data: object): Promise<void> => {
      const operation = { type, data, timestamp: history.length + 1 };
      return record({ kind: 'write', operation } as MetadataCall, () => store.propose(operation));
    };
    const query = { type: 'get_broker', id: 1 } as const;
    await write('register_broker', { id: 1, addr: 'host:1' });
    await record({ kind: 'read', query }, () => cluster.store({ node }).query(query));
    await cluster.partition([[node], cluster.nodeIds.filter((id) => id !== node)]);
    await write('update_broker', { id: 1, change: { rack: 'new' } });
    const verdicts = (): string[] => [
      checkCertificate(history, metadataModel).verdict.kind,
      checkBySearch(history, metadataModel, metadataModel.initial('broker 1')).kind,
    ];
    assert.equal(verdicts(), ['legal', 'legal']);
    await record({ kind: 'read', query }, () => cluster.store({ node }).query(query, { consistency: 'local' }));
    assert.equal(verdicts(), ['illegal', 'illegal']);
  }));

test.run();
