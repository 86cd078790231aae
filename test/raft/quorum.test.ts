/** Majorities against brute force. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { majorityOf, quorumIndex, voteResult } from '../../src/raft/quorum.js';

const test = suite('quorum');

test('a majority is more than half', () => {
  assert.equal(
    [1, 2, 3, 4, 5, 6, 7].map((voters) => majorityOf(voters)),
    [1, 2, 2, 3, 3, 4, 4],
  );
});

test('the quorum index is the highest that a majority has reached', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }), (matched) => {
      let expected = 0;
      for (let index = 0; index <= 20; index += 1) {
        if (matched.filter((each) => each >= index).length * 2 > matched.length) expected = index;
      }
      assert.is(quorumIndex(matched), expected);
    }),
  );
});

test('nothing is committed without voters', () => {
  assert.is(quorumIndex([]), 0);
});

test('an election is won by a majority, lost when none is possible, open otherwise', () => {
  const votes = fc.array(fc.constantFrom(true, false, null), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(votes, (cast) => {
      const granted = cast.filter((vote) => vote === true).length;
      const open = cast.filter((vote) => vote === null).length;
      const won = granted * 2 > cast.length;
      const possible = (granted + open) * 2 > cast.length;
      assert.is(voteResult(cast), won ? 'won' : possible ? 'pending' : 'lost');
    }),
  );
});

test.run();
