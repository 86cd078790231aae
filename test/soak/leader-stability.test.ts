/** A node that is cut off, both ways or one, changes neither leader nor term, also when it is heard again. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endureIsolation, STABILITY_CASES } from './leader-stability.js';

const test = suite('leader stability');

for (const scene of STABILITY_CASES) {
  const { nodes, isolation, fromLeaderOnly } = scene;
  test(`${nodes} nodes, one ${isolation} towards ${fromLeaderOnly ? 'the leader' : 'all'} for 100 time-outs`, () => {
    assert.equal(endureIsolation(scene, 100), { leaderChanges: 0, termGrowth: 0 });
  });
}

test.run();
