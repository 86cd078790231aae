/** The ring of what is pending against a plain map, over random histories of growing sequences. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PendingWindow } from '../../src/client/pending-window.js';

const test = suite('pending window');

test('it holds what was added and not deleted, in order, however far the sequences lie apart', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add'), by: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('delete'), by: fc.integer({ min: 0, max: 60 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const window = new PendingWindow<string>();
      const expected = new Map<number, string>();
      let last = -1;
      for (const { kind, by } of steps) {
        if (kind === 'add') {
          last += by;
          window.add(last, `item ${last}`);
          expected.set(last, `item ${last}`);
        } else {
          window.delete(last - by);
          expected.delete(last - by);
        }
        assert.is(window.size, expected.size);
        assert.equal(window.items(), [...expected.values()]);
        for (let sequence = last - 70; sequence <= last + 20; sequence += 1) {
          assert.is(window.get(sequence), expected.get(sequence));
        }
      }
    }),
  );
});

test('sequences only grow', () => {
  const window = new PendingWindow<string>();
  window.add(3, 'three');
  assert.throws(() => window.add(3, 'again'));
});

test.run();
