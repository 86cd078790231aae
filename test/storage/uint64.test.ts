/** Counts as eight bytes: the same as a BigInt makes of them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { getUint64, setUint64 } from '../../src/storage/uint64.js';

const test = suite('uint64');

const COUNTS = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 12_345, Number.MAX_SAFE_INTEGER];

test('a count is written as setBigUint64 writes it, and read as getBigUint64 reads it', () => {
  for (const count of COUNTS) {
    const view = new DataView(new ArrayBuffer(24));
    setUint64(view, 8, count);
    assert.is(view.getBigUint64(8, true), BigInt(count));
    assert.is(getUint64(view, 8), count);
    assert.equal([view.getBigUint64(0), view.getBigUint64(16)], [0n, 0n], 'nothing beside it');
  }
});

test('what is no count is read as the nearest number', () => {
  for (const bits of [2n ** 53n + 1n, 2n ** 63n + 1025n, 2n ** 64n - 1n]) {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, bits, true);
    assert.is(getUint64(view, 0), Number(bits));
  }
});

test.run();
