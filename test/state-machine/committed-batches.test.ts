/** What a node hands to its store at once, what it holds back, and that order is kept. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EntryRun } from '../../src/raft/entries.js';
import { lastIndexOf, packPayloads } from '../../src/raft/entries.js';
import { CommittedBatches, type CommittedBatch } from '../../src/state-machine/committed-batches.js';

const batches = suite('committed batches');

function runAt(firstIndex: number, term: number, bytes = 10): EntryRun {
  return { firstIndex, term, ...packPayloads([new Uint8Array(bytes), new Uint8Array(bytes)]) };
}

function indexesOf(handed: readonly CommittedBatch[]): string {
  const texts = handed.map(({ runs, answer }) => {
    const last = runs.at(-1);
    return `${runs[0]?.firstIndex}-${last === undefined ? '' : lastIndexOf(last)}${answer ? ' answered' : ''}`;
  });
  return texts.join(', ');
}

batches('what this node led goes at once, as one', () => {
  const committed = new CommittedBatches();
  assert.is(indexesOf(committed.add([runAt(1, 3), runAt(3, 3)], 3)), '1-4 answered');
  assert.is(committed.holdsAny, false);
});

batches('what it follows is held back until it is taken, then is one batch', () => {
  const committed = new CommittedBatches();
  assert.is(indexesOf(committed.add([runAt(1, 2)], 0)), '');
  assert.is(indexesOf(committed.add([runAt(3, 2), runAt(5, 3)], 0)), '');
  assert.is(committed.holdsAny, true);
  assert.is(indexesOf(committed.takeHeld()), '1-6');
  assert.is(committed.holdsAny, false);
  assert.equal(committed.takeHeld(), []);
});

batches('a node that comes to lead, or led before, keeps the order of the log', () => {
  const committed = new CommittedBatches();
  assert.is(indexesOf(committed.add([runAt(1, 2)], 0)), '');
  assert.is(indexesOf(committed.add([runAt(3, 2), runAt(5, 4), runAt(7, 5)], 4)), '1-4, 5-6 answered');
  assert.is(indexesOf(committed.add([runAt(9, 4)], 4)), '7-8, 9-10 answered');
});

batches('no more than so many bytes are held back', () => {
  const committed = new CommittedBatches();
  let held = 0;
  let next = 1;
  while (committed.add([runAt(next, 1, 1_000)], 0).length === 0) {
    held += 2_000;
    next += 2;
    assert.ok(held <= 256 * 1024, 'handed over in the end');
  }
  assert.ok(held > 200 * 1024);
  assert.is(committed.holdsAny, false);
  committed.add([runAt(next + 2, 1)], 0);
  assert.is(committed.holdsAny, true, 'and starts from nothing again');
});

batches.run();
