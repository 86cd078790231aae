/** A state machine of the user's own: a counter that two clients add to. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster } from '../../src/index.js';
import { codeOf, equalState, leaderAndFollowers, withCluster } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';

const counter = new URL('../support/counter-machine.js', import.meta.url);
const number = (value: number): Uint8Array => new Uint8Array([value]);

const test = suite("user's state machine");

test('entries are applied once and in order, queries see them, and a new leader has them', () =>
  withCluster('counter', { stateMachine: counter }, async (cluster) => {
    const results = await Promise.all([1, 2, 3].map((value) => cluster.propose(number(value))));
    assert.equal(
      results.map(({ result }) => result),
      [1, 3, 6],
    );
    assert.equal(await cluster.query(new Uint8Array()), 6);
    const { leader } = await leaderAndFollowers(cluster);
    await cluster.node(leader).kill();
    assert.equal(await cluster.query(new Uint8Array()), 6);
    assert.equal((await cluster.propose(number(4), { requestId: 'mine' })).result, 10);
    assert.equal((await cluster.propose(number(4), { requestId: 'mine' })).result, 10, 'one effect, the first answer');
    assert.is(await codeOf(cluster.propose(number(5), { requestId: 'mine' })), 'InvalidArgument');
    assert.equal(await cluster.query(new Uint8Array(), { consistency: 'local' }), 10);
  }));

test('a follower far behind is filled from a snapshot', () =>
  withCluster('snapshot', { stateMachine: counter, snapshotEntries: 20, trailingEntries: 5 }, async (cluster) => {
    const { followers } = await leaderAndFollowers(cluster);
    const behind = followers[0] ?? 0;
    await cluster.node(behind).pause();
    for (let entry = 0; entry < 100; entry += 1) await cluster.propose(number(1));
    await cluster.node(behind).resume();
    await eventually(async () => (await cluster.node(behind).status()).snapshotIndex > 0, 'a snapshot has arrived');
    await cluster.node(behind).kill();
    await cluster.node(behind).restart();
    await cluster.waitForHealthy({ timeoutMs: 15_000 });
    await equalState(cluster);
  }));

test('large entries, whose bytes move between threads, pass a link that doubles and reorders them', () =>
  withCluster('large entries', { stateMachine: counter }, async (cluster) => {
    const { leader, followers } = await leaderAndFollowers(cluster);
    const large = new Uint8Array(100_000).fill(1);
    for (const follower of followers) {
      await cluster.link(leader, follower).setFaults({ duplicateRate: 0.5, reorderRate: 0.2, delayMs: [0, 2] });
    }
    for (let entry = 1; entry <= 30; entry += 1) assert.is((await cluster.propose(large)).result, entry);
    await cluster.heal();
    for (let entry = 31; entry <= 40; entry += 1) assert.is((await cluster.propose(large)).result, entry);
    assert.is(large[99_999], 1, 'what the caller gave is its own');
    await equalState(cluster);
    const reconnects = await Promise.all(followers.map((each) => cluster.link(leader, each).status()));
    assert.equal(
      reconnects.map((link) => link.reconnects),
      [0, 0],
    );
  }));

test('a throw in apply stops its node and names the index', () =>
  withCluster('throw', { stateMachine: counter, nodes: 1 }, async (cluster) => {
    const code = await codeOf(cluster.propose(number(255), { timeoutMs: 2_000 }));
    assert.ok(['OutcomeUnknown', 'NoLeader'].includes(code), code);
    const status = await cluster.status();
    assert.is(status.nodes[0]?.role, 'stopped');
    assert.match(status.problems.join('\n'), /failed on entry \d+/);
  }));

test('a module that is not there fails the start, with its name', async () => {
  const missing = new URL('file:///no/such/machine.js');
  const error: unknown = await startCluster({ stateMachine: missing, nodes: 1 }).catch((reason: unknown) => reason);
  assert.match(String(error), 'no/such/machine.js');
});

test('the metadata store is refused where another state machine runs', () =>
  withCluster('no store', { stateMachine: counter, nodes: 1 }, (cluster) => {
    assert.throws(() => cluster.store(), /propose and query/);
    return Promise.resolve();
  }));

test.run();
