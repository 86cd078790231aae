/** Groups as a client calls them: what it waits for, and what it is told when that does not come. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { createReplicatedState } from '../../src/state-machine/exactly-once.js';
import { rejection, withBench, type Bench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

const test = suite('group calls');

const groupId = 'readers';
const joining = {
  groupId,
  memberId: '',
  sessionTimeoutMs: 30_000,
  rebalanceTimeoutMs: 60_000,
  protocolType: 'consumer',
  protocols: [{ name: 'text', metadata: 'mine' }],
};

/** A leader that answers by itself. */
async function leaderOf(bench: Bench): Promise<FakeNode> {
  const node = bench.node(1);
  node.state = createReplicatedState(createMetadataMachine(), { voters: [], learners: [] });
  await node.lead(1);
  return node;
}

test(
  'a join and a sync are each a write and what it comes to',
  withBench(async (bench) => {
    const node = await leaderOf(bench);
    const { groups } = bench.store();
    const joined = await groups.join(joining);
    const { memberId } = joined;
    const members = [{ memberId, metadata: 'mine' }];
    assert.equal(joined, { memberId, generation: 1, protocol: 'text', leader: memberId, members });
    const assignments = [{ memberId, assignment: 'all' }];
    assert.equal(await groups.sync({ groupId, memberId, generation: 1, assignments }), { assignment: 'all' });
    assert.equal(
      node.reads.map((request) => (request as { type: string }).type),
      ['await_join', 'await_sync'],
    );
    assert.is(node.writes.length, 2);
  }),
);

test(
  'what does not come before the deadline is a rebalance in progress, and the member is named',
  withBench(async (bench) => {
    await leaderOf(bench);
    const { groups } = bench.store();
    const { memberId: first } = await groups.join(joining);
    const error = await rejection(groups.join(joining, { timeoutMs: 300 }), 'RebalanceInProgress');
    assert.ok(error.retryable);
    const { memberId, cause } = error.details;
    assert.is(cause, 'Timeout');
    await groups.join({ ...joining, memberId: first });
    const again = await groups.join({ ...joining, memberId: String(memberId) });
    assert.equal([again.memberId, again.generation], [memberId, 2]);
    const request = { groupId, memberId: again.memberId, generation: 2 };
    const late = await rejection(groups.sync(request, { timeoutMs: 300 }), 'RebalanceInProgress');
    assert.equal(late.details, { memberId: again.memberId, cause: 'Timeout' });
  }),
);

test(
  'other ends of a wait keep their code and name the member; a refused write does not wait',
  withBench(async (bench) => {
    const node = await leaderOf(bench);
    const { groups } = bench.store();
    const controller = new AbortController();
    await groups.join(joining);
    const call = groups.join(joining, { signal: controller.signal });
    await node.receivesReads(2);
    controller.abort();
    assert.match(String((await rejection(call, 'Aborted')).details['memberId']), /^consumer-/);
    const refused = await rejection(groups.join({ ...joining, memberId: 'stranger' }), 'UnknownMember');
    assert.is(refused.details['memberId'], undefined);
    assert.is(node.reads.length, 2);
  }),
);

test(
  'arguments out of shape never leave, whatever they are',
  withBench(async (bench) => {
    const node = await leaderOf(bench);
    const { groups } = bench.store();
    const throwing = new Proxy({}, { get: () => assert.unreachable('its getters throw') });
    const bad = [undefined, null, 5, '', [], {}, { groupId: 5 }, { groupId: '' }, throwing] as never[];
    for (const each of bad) {
      const calls = [groups.join(each), groups.sync(each), groups.leave(each), groups.commitOffsets(each)];
      for (const call of [...calls, groups.delete(each)]) await rejection(call, 'InvalidArgument');
    }
    await rejection(groups.join(joining, { timeoutMs: -1 }), 'InvalidArgument');
    await rejection(groups.join({ ...joining, sessionTimeoutMs: 1_800_001 }), 'InvalidArgument');
    assert.is(node.writes.length, 0);
  }),
);

test(
  'after close no call leaves',
  withBench(async (bench) => {
    await leaderOf(bench);
    const store = bench.store();
    await store.close();
    await rejection(store.groups.join(joining), 'Stopped');
    await rejection(store.groups.list(), 'Stopped');
  }),
);

test.run();
