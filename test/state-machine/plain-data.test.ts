/** Canonical JSON, and answers of machines on their way into a snapshot and back. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson, encodeInSlices, joinBytes, readLines } from '../../src/state-machine/canonical-json.js';
import { copyPlain, fromJson, toJson } from '../../src/state-machine/plain-data.js';

const test = suite('state machine: plain data');

test('members stand in code-unit order, integer-like names too, and absent ones not at all', () => {
  const value = JSON.parse('{"b":1,"10":2,"9":3,"__proto__":4,"a":{"z":[],"y":null}}') as object;
  assert.is(canonicalJson({ ...value, c: undefined }), '{"10":2,"9":3,"__proto__":4,"a":{"y":null,"z":[]},"b":1}');
  assert.is(canonicalJson(-0), '0');
  assert.is(canonicalJson('\ud800"'), '"\\ud800\\""');
  assert.throws(() => canonicalJson(Number.NaN));
});

test('canonical JSON is JSON, and equal for values whose members came in another order', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      assert.is(canonicalJson(JSON.parse(text)), text);
      assert.is(canonicalJson(reversed(value)), text);
    }),
    { numRuns: 300, seed: 6 },
  );
});

test('texts come out of slices as the lines that went in, and no slice is much longer than a line', () => {
  const lines = ['', 'ä', 'x'.repeat(200_000), '\u{1f600}'];
  const slices = [...encodeInSlices(lines.map((line) => `${line}\n`))];
  assert.equal([...readLines(joinBytes(slices))], lines);
  assert.is(slices.length, 2);
});

test('what structured clone carries and JSON does not comes back as it was', () => {
  const values = [
    undefined,
    -0,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    12n,
    Uint8Array.of(0, 255),
    { $: 'bytes', value: 'ff' },
  ];
  const value = { values, nested: { $: undefined }, text: 'x', none: null };
  const back = fromJson(JSON.parse(canonicalJson(toJson(value)))) as typeof value;
  assert.equal(back, value);
  assert.ok(Object.is(back.values[1], -0));
  assert.ok(Object.hasOwn(back.nested, '$'));
});

test('any JSON value comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.is(canonicalJson(copyPlain(value)), canonicalJson(value));
    }),
    { numRuns: 300, seed: 8 },
  );
});

test('a copy is the copier’s own', () => {
  const value = { list: [{ count: 1 }] };
  const copy = copyPlain(value);
  value.list.push({ count: 2 });
  assert.equal(copy, { list: [{ count: 1 }] });
});

test('functions, class instances, maps and promises are refused', () => {
  for (const value of [() => 1, Symbol('x'), new Map(), new Date(0), Promise.resolve(1), { deep: [new Set()] }]) {
    assert.throws(() => toJson(value), /plain data/);
  }
});

test('members called like what objects inherit are members like any other', () => {
  const value = { toString: 'x', valueOf: 1, constructor: null, deep: { toString: [] } };
  assert.equal(fromJson(toJson(value)), value);
});

test('what is nested deeper than every stack bears is refused, both ways', () => {
  const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  assert.equal(copyPlain(nested(500)), nested(500));
  for (const depth of [502, 5_000]) {
    assert.throws(() => toJson(nested(depth)), 'nested');
    assert.throws(() => fromJson(nested(depth)), 'nested');
  }
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

test.run();
