/** MIT 6.5840, part 3A: elections. One test for each of the lab's, with its name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawInteger } from '../../../src/random.js';
import { checkNoLeader, checkOneLeader, checkTerms, next } from './agreement.js';
import { connect, createCluster, disconnect, elapse, ELECTION_MS } from './cluster.js';

const test = suite('MIT 6.5840 3A');

test('InitialElection: one leader comes, its term is known to all, and neither changes while nothing fails', () => {
  const cluster = createCluster(3);
  const leader = checkOneLeader(cluster);
  const term = checkTerms(cluster);
  assert.ok(term >= 1);
  elapse(cluster, 2 * ELECTION_MS);
  assert.is(checkTerms(cluster), term);
  assert.is(checkOneLeader(cluster), leader);
});

test('ReElection: a leader that is cut off is replaced; without a majority there is none', () => {
  const cluster = createCluster(3);
  const first = checkOneLeader(cluster);
  disconnect(cluster, first);
  const second = checkOneLeader(cluster);
  assert.is.not(second, first);
  connect(cluster, first);
  assert.is(checkOneLeader(cluster), second);
  disconnect(cluster, second, next(cluster, second));
  elapse(cluster, 2 * ELECTION_MS);
  checkNoLeader(cluster);
  connect(cluster, next(cluster, second));
  checkOneLeader(cluster);
  connect(cluster, second);
  checkOneLeader(cluster);
});

test('ManyElections: of seven, three at random are cut off, ten times; the others always have a leader', () => {
  const cluster = createCluster(7);
  checkOneLeader(cluster);
  for (let round = 0; round < 10; round += 1) {
    const cut = [1, 2, 3].map(() => drawInteger(cluster.random, 1, 8));
    disconnect(cluster, ...cut);
    checkOneLeader(cluster);
    connect(cluster, ...cut);
  }
  checkOneLeader(cluster);
});

test.run();
