/** Who leads: tables worked out by hand from the rules of Kafka's controller. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Election } from '../../src/metadata/leader-election.js';
import { electionOf, electLeader } from '../../src/metadata/leader-election.js';
import { defaultTopicConfig } from '../../src/metadata/model.js';

const test = suite('metadata: leader election');

/** Of replicas 1, 2, 3 and 4; `active` are neither fenced nor draining. 'u': unclean. */
interface Case {
  readonly leader: number;
  readonly isr: readonly number[];
  readonly active: readonly number[];
  readonly preferred: string;
  readonly online: string;
  readonly unclean: string;
}

const REPLICAS = [3, 1, 2, 4];
const CASES: readonly Case[] = [
  // The leader may stay.
  { leader: 3, isr: [3, 1, 2], active: [1, 2, 3, 4], preferred: '3', online: '3', unclean: '3' },
  { leader: 1, isr: [3, 1, 2], active: [1, 2, 3, 4], preferred: '3', online: '1', unclean: '1' },
  // The preferred replica is not active, or not in sync: whoever leads stays.
  { leader: 2, isr: [3, 1, 2], active: [1, 2, 4], preferred: '2', online: '2', unclean: '2' },
  { leader: 2, isr: [1, 2], active: [1, 2, 3, 4], preferred: '2', online: '2', unclean: '2' },
  // The leader cannot stay: the first in sync and active, in the order of the replicas, not of the ISR.
  { leader: 3, isr: [2, 1, 3], active: [1, 2, 4], preferred: '1', online: '1', unclean: '1' },
  { leader: 3, isr: [2, 1], active: [1, 2, 3, 4], preferred: '1', online: '1', unclean: '1' },
  { leader: 1, isr: [3, 2], active: [2, 4], preferred: '2', online: '2', unclean: '2' },
  // There was none.
  { leader: 0, isr: [2], active: [1, 2, 3, 4], preferred: '2', online: '2', unclean: '2' },
  { leader: 0, isr: [2, 3], active: [2, 3], preferred: '3', online: '3', unclean: '3' },
  // Nobody in sync is active.
  { leader: 3, isr: [3], active: [4, 2], preferred: '0', online: '0', unclean: '2u' },
  { leader: 0, isr: [], active: [4], preferred: '0', online: '0', unclean: '4u' },
  { leader: 0, isr: [1], active: [], preferred: '0', online: '0', unclean: '0' },
  { leader: 3, isr: [3, 1], active: [5, 6], preferred: '0', online: '0', unclean: '0' },
];

test('each kind of election finds the leader that Kafka would', () => {
  for (const { leader, isr, active, ...expected } of CASES) {
    const brokers = { isActive: (id: number) => active.includes(id), isFenced: (id: number) => !active.includes(id) };
    for (const election of ['preferred', 'online', 'unclean'] satisfies Election[]) {
      const elected = electLeader(election, { leader, replicas: REPLICAS, isr }, brokers);
      const found = `${elected.leader}${elected.unclean ? 'u' : ''}`;
      assert.is(
        found,
        expected[election],
        `${election} of leader ${leader}, ISR ${isr.join()}, ${active.join()} active`,
      );
    }
  }
});

test('a topic has unclean elections only where its setting says so', () => {
  const name = 'unclean.leader.election.enable';
  const elections = [{}, { [name]: 'false' }, { [name]: 'true' }, { [name]: 'TRUE' }].map((extra) =>
    electionOf({ ...defaultTopicConfig(), extra }),
  );
  assert.equal(elections, ['online', 'online', 'unclean', 'unclean']);
});

test.run();
