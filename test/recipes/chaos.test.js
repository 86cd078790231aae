/**
 * Chaos for a state machine of one's own, twice: simulated, where hundreds of faults take seconds and a failure comes
 * back by its seed; then on real threads, where the leader is killed, paused and cut off under load.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCluster } from 'conclave';
import { simulate } from 'conclave/testing';
import createLedger, { people, transfer } from './ledger.js';

const total = (balances) => Object.values(balances).reduce((sum, balance) => sum + balance, 0);

test('simulated: money is neither made nor lost under any fault', () => {
  const { failure, faults } = simulate({
    stateMachine: createLedger,
    operations: (random) => transfer(random.pick(people), random.pick(people), random.integer(1, 50)),
    invariants: {
      'money is neither made nor lost': (ledger) => total(ledger.balances()) === 300,
      'nobody owes': (ledger) => Object.values(ledger.balances()).every((balance) => balance >= 0),
    },
    seeds: 10,
  });
  assert.equal(failure, undefined); // else its `steps` are the few that it takes, and `replay` repeats it
  assert.ok(Object.keys(faults).length > 5);
});

test('on threads: what was acknowledged has happened, and once', async (context) => {
  const cluster = await startCluster({ nodes: 3, stateMachine: new URL('./ledger.js', import.meta.url) });
  context.after(() => cluster.stop());

  const books = { alice: 100, bob: 100, carol: 100 }; // what should be, by the answers alone
  let transfers = 0;
  let chaos = true;
  async function trade() {
    for (; chaos; transfers += 1) {
      const [from, to, amount] = [people[transfers % 3], people[(transfers + 1) % 3], 1 + (transfers % 40)];
      const { result } = await cluster.propose(transfer(from, to, amount), { timeoutMs: 60_000 });
      if (result.refused !== undefined) continue;
      books[from] -= amount;
      books[to] += amount;
    }
  }
  const trading = trade();

  for (const fault of ['kill', 'pause', 'cut', 'kill']) {
    const leader = await cluster.waitForLeader();
    if (fault === 'cut') await cluster.partition([[leader.id], cluster.nodeIds.filter((id) => id !== leader.id)]);
    else await leader[fault]();
    await cluster.propose(transfer('carol', 'carol', 1), { timeoutMs: 60_000 }); // the others go on
    if (fault === 'kill') await leader.restart();
    if (fault === 'pause') await leader.resume();
    await cluster.heal();
    await cluster.waitForHealthy(); // without files, another node may be killed only now
  }
  chaos = false;
  await trading;

  assert.deepEqual(await cluster.query(new Uint8Array()), books);
  assert.equal(total(books), 300);
  assert.ok(transfers > 10);
});
