/** Histories of stores on a real etcd of three members, under faults; and reads that are stale in earnest. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { etcdProgram, startEtcdCluster, type EtcdCluster } from '../support/etcd-cluster.js';
import { recordEtcdRun } from './etcd-run.js';

const OPERATIONS = 900;
const FEW_OPERATIONS = 400;
/** Whether a read is stale depends on how threads and processes run: it has that many chances to be. */
const CHANCES = 6;
const PROCESSES = 3;

const test = suite('linearizability on etcd');
const program = etcdProgram('histories of stores on etcd');
let cluster: EtcdCluster | null = null;

const onEtcd = (name: string, body: (etcd: EtcdCluster) => Promise<void>): void => {
  if (program === null) test.skip(name);
  else test(name, () => body(must(cluster, 'started before')));
};

test.before(async () => {
  if (program !== null) cluster = await startEtcdCluster(program, { size: 3 });
});
test.after(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

onEtcd('members killed, stores closed: the history is linearizable, as both checkers see it', async (etcd) => {
  const options = { seed: 5, operations: OPERATIONS, processes: PROCESSES };
  const { history, examination, problems } = await recordEtcdRun(etcd, { ...options, readsAre: 'linearizable' });
  assert.equal(problems, []);
  assert.ok(history.length > 500 && examination.searchedOperations > 400, `put to the test: ${history.length}`);
  assert.ok(examination.planted > 0, 'something could be planted');
});

onEtcd('the same run finds reads that are answered without being confirmed', async (etcd) => {
  let isFound = false;
  for (let chance = 0; chance < CHANCES && !isFound; chance += 1) {
    const options = { seed: 5 + chance, operations: FEW_OPERATIONS, processes: PROCESSES };
    const { problems } = await recordEtcdRun(etcd, { ...options, readsAre: 'local' });
    isFound = problems.some((problem) => problem.startsWith('illegal'));
  }
  assert.ok(isFound, 'a stale read was found');
});

test.run();
