/**
 * KRaft's striped placement: layouts worked out by hand from its steps, with the random offsets given. A broker is a
 * number, a fenced one negative; a case draws, rack after rack by name, where its unfenced and then its fenced brokers
 * begin (lists of none draw nothing), then the rack to begin with.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrokerInfo } from '../../../src/metadata/model.js';
import type { Draw } from '../../../src/metadata/placement/draw.js';
import { placeStriped } from '../../../src/metadata/placement/striped.js';

const test = suite('striped placement');

interface Case {
  readonly racks: Readonly<Record<string, readonly number[]>>;
  readonly replicationFactor: number;
  readonly draws: readonly number[];
  readonly existing?: readonly (readonly number[])[];
  readonly layout: readonly (readonly number[])[];
}

function brokersOf(racks: Case['racks']): BrokerInfo[] {
  const brokers = Object.entries(racks).flatMap(([rack, ids]) =>
    ids.map((id) => ({ id: Math.abs(id), rack, status: id > 0 ? 'alive' : 'dead' }) as BrokerInfo),
  );
  return brokers.sort((a, b) => a.id - b.id);
}

/** Gives these, one after the other, and no more. */
function scripted(numbers: readonly number[]): { draw: Draw; left: () => number } {
  let drawn = 0;
  return {
    draw(bound) {
      const number = numbers[drawn];
      drawn += 1;
      if (number === undefined) throw new Error(`draw ${drawn}, below ${bound}, is one too many`);
      assert.ok(number < bound, `draw ${drawn}: ${number} is below ${bound}`);
      return number;
    },
    left: () => numbers.length - drawn,
  };
}

const EVEN = { a: [1, 2], b: [3, 4], c: [5, 6] };
const UNEVEN = { a: [1, 2, 3], b: [4, 5], c: [6] };
const FENCED = { a: [1, -2], b: [-3, -4], c: [5, 6] };

const cases: Readonly<Record<string, Case>> = {
  'even racks: each rack once, each broker leads once': {
    racks: EVEN,
    replicationFactor: 3,
    draws: [0, 0, 0, 0],
    layout: [
      [1, 3, 5],
      [4, 6, 2],
      [5, 1, 3],
      [2, 4, 6],
      [3, 5, 1],
      [6, 2, 4],
    ],
  },
  'racks go by name, whatever the ids of their brokers': {
    racks: { c: [1], b: [2], a: [3] },
    replicationFactor: 2,
    draws: [0, 0, 0, 0],
    layout: [
      [3, 2],
      [2, 1],
      [1, 3],
    ],
  },
  'even racks, from other offsets and the last rack': {
    racks: EVEN,
    replicationFactor: 3,
    draws: [1, 0, 1, 2],
    layout: [
      [6, 2, 3],
      [1, 4, 5],
      [3, 6, 2],
      [5, 1, 4],
    ],
  },
  'fewer replicas than racks: a list moves on only when it is used': {
    racks: EVEN,
    replicationFactor: 1,
    draws: [0, 1, 0, 0],
    layout: [[1], [3], [6], [2], [4], [5]],
  },
  'two replicas on three racks': {
    racks: EVEN,
    replicationFactor: 2,
    draws: [0, 0, 0, 0],
    layout: [
      [1, 3],
      [4, 6],
      [5, 2],
      [1, 3],
    ],
  },
  'uneven racks: the smallest one carries as much as the largest': {
    racks: UNEVEN,
    replicationFactor: 3,
    draws: [0, 0, 0, 0],
    layout: [
      [1, 4, 6],
      [5, 6, 2],
      [6, 3, 4],
      [1, 5, 6],
      [4, 6, 2],
      [6, 3, 5],
    ],
  },
  'one replica more than racks': {
    racks: { a: [1, 2], b: [3, 4] },
    replicationFactor: 3,
    draws: [0, 0, 0],
    layout: [
      [1, 3, 2],
      [4, 2, 3],
      [1, 3, 2],
      [4, 2, 3],
    ],
  },
  'many more replicas than uneven racks: racks that have no broker left are passed over': {
    racks: UNEVEN,
    replicationFactor: 5,
    draws: [2, 1, 0, 1],
    layout: [
      [5, 6, 3, 4, 1],
      [6, 1, 4, 2, 5],
    ],
  },
  'as many replicas as brokers': {
    racks: UNEVEN,
    replicationFactor: 6,
    draws: [2, 1, 0, 1],
    layout: [
      [5, 6, 3, 4, 1, 2],
      [6, 1, 4, 2, 5, 3],
    ],
  },
  'brokers without a rack share one': {
    racks: { '': [1, 2, 3, 4] },
    replicationFactor: 2,
    draws: [2, 0],
    layout: [
      [3, 4],
      [4, 1],
      [1, 2],
      [2, 3],
    ],
  },
  'brokers without a rack beside others: theirs is the first by name': {
    racks: { '': [1, 2], a: [3], b: [4] },
    replicationFactor: 3,
    draws: [0, 0, 0, 0],
    layout: [
      [1, 3, 4],
      [3, 4, 2],
      [4, 1, 3],
      [2, 3, 4],
    ],
  },
  'fenced brokers: never lead, and their rack still gets its replica': {
    racks: FENCED,
    replicationFactor: 3,
    draws: [0, 0, 1, 0, 1],
    layout: [
      [5, 4, 1],
      [6, 1, 3],
      [1, 4, 5],
    ],
  },
  'fenced brokers and all replicas: the fenced ones of a rack come after its others': {
    racks: FENCED,
    replicationFactor: 6,
    draws: [0, 0, 1, 0, 1],
    layout: [[5, 4, 1, 3, 6, 2]],
  },
  'one unfenced broker leads everything, and nothing is shuffled': {
    racks: { a: [-1, 2], b: [-3] },
    replicationFactor: 2,
    draws: [0, 0, 0, 1],
    layout: [
      [2, 3],
      [2, 3],
      [2, 3],
      [2, 3],
    ],
  },
  'once every unfenced broker had its turn, the brokers of a rack are shuffled': {
    racks: { a: [1, 2] },
    replicationFactor: 1,
    draws: [0, 0, /* swaps 2 and 1 */ 0, /* swaps nothing */ 1],
    layout: [[1], [2], [2], [1], [2], [1]],
  },
  'and so are the racks, before their brokers': {
    racks: { a: [1], b: [2], c: [3] },
    replicationFactor: 2,
    draws: [0, 0, 0, 0, /* c b a */ 0, /* b c a */ 0],
    layout: [
      [1, 2],
      [2, 3],
      [3, 1],
      [2, 3],
      [3, 1],
      [1, 2],
    ],
  },
  'more partitions: the stripes go on where those that exist end': {
    racks: EVEN,
    replicationFactor: 3,
    existing: [
      [1, 3, 5],
      [4, 6, 2],
    ],
    draws: [],
    layout: [
      [5, 1, 3],
      [2, 4, 6],
    ],
  },
  'more partitions: what those that exist do not tell is drawn': {
    racks: EVEN,
    replicationFactor: 3,
    existing: [
      [1, 3],
      [9, 4],
    ],
    draws: [/* c */ 1, /* start */ 1],
    layout: [[3, 6, 2]],
  },
};

for (const [name, { racks, replicationFactor, draws, existing = [], layout }] of Object.entries(cases)) {
  test(name, () => {
    const { draw, left } = scripted(draws);
    const stripes = { partitions: layout.length, replicationFactor, existing };
    assert.equal(placeStriped(brokersOf(racks), stripes, draw), layout);
    assert.is(left(), 0, 'every draw is used');
  });
}

test.run();
