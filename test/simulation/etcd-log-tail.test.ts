/** The log in etcd as far as one process has taken it in: batches from everywhere, in any order, and of other logs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EntryKind, packPayloads } from '../../src/raft/entries.js';
import { headAfter, type LogBatch, UnreadableLog } from '../../src/engine/etcd/layout.js';
import { LogTail } from '../../src/engine/etcd/log-tail.js';
import { createRandom, drawInteger, type Random } from '../../src/random.js';

const test = suite('tail of the log in etcd');
const SEEDS = 200;

/** Behind `log`, until it has so many batches. */
function grown(log: readonly LogBatch[], batches: number, writer: string, random: Random): LogBatch[] {
  const longer = [...log];
  while (longer.length < batches) {
    const last = longer.at(-1);
    const count = drawInteger(random, 1, 4);
    const packed = packPayloads(Array.from({ length: count }, () => Uint8Array.of(EntryKind.application)));
    longer.push({
      ...packed,
      firstIndex: last === undefined ? 1 : headAfter(last).index + 1,
      term: 1 + Math.floor(longer.length / 5),
      batch: `${writer}/${longer.length}`,
      previous: last?.batch ?? '',
      writer,
    });
  }
  return longer;
}

function tailOf(): { tail: LogTail; taken: LogBatch[] } {
  const taken: LogBatch[] = [];
  const tail = new LogTail({ taken: (batch) => taken.push(batch), newTerm: () => undefined });
  return { tail, taken };
}

test('batches that come twice and in any order are taken once each, in the order of the log', () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = createRandom(seed);
    const log = grown([], drawInteger(random, 1, 12), 'w', random);
    const { tail, taken } = tailOf();
    const told = [...log, ...log].sort(() => drawInteger(random, 0, 3) - 1);
    for (const batch of told) tail.accept(batch);
    assert.equal(taken, log);
    assert.equal(tail.head, headAfter(log.at(-1) as LogBatch));
  }
});

test('nothing of a log that parted from this one behind what was taken is ever taken', () => {
  let noticed = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = createRandom(seed);
    const before = grown([], drawInteger(random, 1, 12), 'w', random);
    const kept = before.slice(0, drawInteger(random, 0, before.length));
    const other = grown(kept, before.length + drawInteger(random, 1, 12), 'other', random);
    const { tail, taken } = tailOf();
    for (const batch of before) tail.accept(batch);
    try {
      for (const batch of other) tail.accept(batch);
    } catch (error) {
      assert.instance(error, UnreadableLog);
      noticed += 1;
    }
    assert.equal(taken, before, `seed ${seed}`);
  }
  // Where none of its batches begins behind the end of this one, what is missing is looked for, and not found.
  assert.ok(noticed > SEEDS / 4, String(noticed));
});

test('behind a snapshot whatever follows is taken, once; then the names count again', () => {
  const random = createRandom(1);
  const log = grown([], 6, 'w', random);
  const { tail, taken } = tailOf();
  tail.restored(headAfter(log[2] as LogBatch));
  for (const batch of log) tail.accept(batch);
  assert.equal(taken, log.slice(3));
  const end = headAfter(log[5] as LogBatch);
  assert.throws(() => {
    tail.confirmEnd({ ...end, batch: 'other/1' });
  }, /another batch than before ends at \d+: it was replaced/);
  tail.confirmEnd(end);
  assert.equal(tail.head, end);
});

test.run();
