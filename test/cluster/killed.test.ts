/**
 * All nodes, and the whole process, killed under load: what was acknowledged is there when they are back. A few times
 * each; the storage gate of the proof does it many times, and cycles of one node besides.
 */
import { suite } from 'uvu';
import { killAllUnderLoad } from './all-killed.js';
import { killProcessUnderLoad } from './process-killed.js';

const test = suite('killed');

for (const nodes of [1, 3, 5]) {
  test(`all of ${nodes} nodes killed at once: nothing acknowledged is missing`, async () => {
    await killAllUnderLoad(nodes, 2);
  });
}

test('the process killed from outside: nothing acknowledged is missing, and the last one ends cleanly', async () => {
  await killProcessUnderLoad(4);
});

test.run();
