/** A log's tail, damaged at a part of the places that the storage gate of the proof tries one by one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ACKNOWLEDGED, flipTail, recoverUndamaged, truncateTail, zeroSectors } from './log-tail.js';

const test = suite('log tail');
/** No divisor of a sector or of a byte's bits. */
const STRIDE = 37;

test('without damage everything written comes back', () => {
  assert.equal(recoverUndamaged(), { entries: ACKNOWLEDGED + 1, refused: false });
});

test('truncated', () => {
  const { refused, acknowledged } = truncateTail(STRIDE);
  assert.ok(refused > 60_000 / STRIDE && acknowledged > 1500 / STRIDE, `${refused} refused, ${acknowledged} cut off`);
});

test('a bit flipped', () => {
  const { refused, acknowledged } = flipTail(STRIDE);
  assert.ok(refused > 0 && acknowledged > 0, `${refused} refused, ${acknowledged} cut off`);
});

test('each of its sectors zeroed', () => {
  assert.ok(zeroSectors().refused > 100);
});

test.run();
