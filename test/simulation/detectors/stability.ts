/**
 * Elections and leaders in a calm network with one lasting disturbance, drawn from the seed: a member cut off, in one
 * direction or both, a leader cut off or dead, a member removed or promoted without its knowledge, a transfer to
 * somebody unreachable, a majority that wakes up with any logs, terms and votes that can be.
 */
import { createRandom, drawChance, drawInteger, type Random } from '../../../src/random.js';
import { hasCommittedInTerm } from '../../../src/raft/read-index.js';
import { configurationOf, memberOf, storedState, textPayloads } from '../../raft/support/network.js';
import { demand } from './finding.js';
import { wakeSurvivors } from './survivors.js';
import { TimedCluster, nodeOf, type TimedNode } from './timed-cluster.js';

const LONG = 40;
/** Within so many election time-outs there is a leader again: ten rounds at the least. */
const ELECTION_LIMIT = 20;
/** The last sign of life may come just after one check, and the check after it hears it; the next one does not. */
const STEP_DOWN_LIMIT = 2.1;
const CUTS = ['both', 'inward', 'outward'] as const;

const disturbances: readonly ((random: Random) => void)[] = [
  cutFollowerOff,
  cutLeaderOff,
  loseLeaders,
  removeUnheard,
  promoteUnheard,
  transferInVain,
  wakeSurvivors,
];

export function disturb(seed: number): void {
  const random = createRandom(seed);
  const draw = disturbances[drawInteger(random, 0, disturbances.length)] ?? cutFollowerOff;
  draw(random);
}

interface Led {
  readonly cluster: TimedCluster;
  readonly leader: TimedNode;
  readonly term: number;
}

function startLed(random: Random, voters: number, learners: readonly number[] = []): Led {
  const cluster = new TimedCluster(random);
  const ids = Array.from({ length: voters }, (_, place) => place + 1);
  const configuration = configurationOf(ids, learners);
  for (const id of ids) cluster.add(memberOf(id), storedState(configuration));
  for (const id of learners) cluster.add(memberOf(id), storedState(configurationOf([])));
  cluster.input(nodeOf(cluster, drawInteger(random, 1, voters + 1)), { kind: 'campaign' });
  const leader = awaitLeader(cluster, 'a leader at the start');
  if (drawChance(random, 0.5)) propose(cluster, leader, 'first');
  cluster.run(2);
  return { cluster, leader, term: leader.state.term };
}

function awaitLeader(cluster: TimedCluster, aim: string): TimedNode {
  const usable = (): boolean => {
    const leader = cluster.leader();
    return leader !== undefined && hasCommittedInTerm(leader.state);
  };
  demand(
    cluster.runUntil(usable, ELECTION_LIMIT),
    'election',
    () => `${aim}: nobody leads after ${ELECTION_LIMIT} time-outs; ${describe(cluster)}`,
  );
  return cluster.leader() as TimedNode;
}

function describe({ nodes }: TimedCluster): string {
  return nodes
    .map(({ member, up, state }) => `${member.id}: ${up ? state.role : 'down'} of term ${state.term}`)
    .join(', ');
}

function propose(cluster: TimedCluster, leader: TimedNode, text: string): void {
  const { admission } = leader.state;
  if (admission !== null) cluster.input(leader, { kind: 'propose', admission, payloads: textPayloads(text) });
}

/** Cuts this node off, in one way drawn. */
function cutOff(cluster: TimedCluster, id: number): string {
  const cut = CUTS[drawInteger(cluster.random, 0, CUTS.length)] ?? 'both';
  cluster.carries = (from, to) => !(to === id && cut !== 'outward') && !(from === id && cut !== 'inward');
  return cut;
}

function heal(cluster: TimedCluster): void {
  cluster.carries = () => true;
}

function otherThan(cluster: TimedCluster, leader: TimedNode): TimedNode {
  const others = cluster.nodes.filter((node) => node !== leader);
  return others[drawInteger(cluster.random, 0, others.length)] as TimedNode;
}

function demandStable({ cluster, leader, term }: Led, what: string): void {
  demand(
    leader.state.role === 'leader' && cluster.nodes.every(({ state }) => state.term === term),
    'stable leader',
    () => `${what}: node ${leader.member.id} led term ${term} and a majority, now ${describe(cluster)}`,
  );
}

function cutFollowerOff(random: Random): void {
  const led = startLed(random, drawInteger(random, 3, 6));
  const { cluster, leader } = led;
  const follower = otherThan(cluster, leader);
  const cut = cutOff(cluster, follower.member.id);
  const busy = drawChance(random, 0.5);
  for (let timeouts = 0; timeouts < LONG; timeouts += 4) {
    if (busy) propose(cluster, leader, String(timeouts));
    cluster.run(4);
  }
  demandStable(led, `${cut} cut of node ${follower.member.id}`);
  heal(cluster);
  cluster.run(8);
  demandStable(led, `node ${follower.member.id} is back`);
}

function cutLeaderOff(random: Random): void {
  const { cluster, leader } = startLed(random, drawInteger(random, 3, 6));
  const cut = cutOff(cluster, leader.member.id);
  cluster.input(leader, { kind: 'read', id: 1 });
  cluster.run(STEP_DOWN_LIMIT);
  demand(
    leader.state.role !== 'leader' && leader.reads.length === 1,
    'check quorum',
    () => `${cut} cut: node ${leader.member.id} still is ${leader.state.role}, its reads wait; ${describe(cluster)}`,
  );
  const successor = awaitLeader(cluster, `${cut} cut of the leader`);
  const { term } = successor.state;
  heal(cluster);
  cluster.run(8);
  demandStable({ cluster, leader: successor, term }, `node ${leader.member.id} is back`);
}

function loseLeaders(random: Random): void {
  const { cluster } = startLed(random, drawInteger(random, 3, 8));
  for (let spare = Math.floor((cluster.nodes.length - 1) / 2); spare > 0; spare -= 1) {
    const leader = awaitLeader(cluster, 'a leader to lose');
    leader.up = false;
    if (drawChance(random, 0.5)) {
      for (const node of cluster.nodes) cluster.input(node, { kind: 'peerDown', member: leader.member });
    }
    awaitLeader(cluster, `node ${leader.member.id} is dead`);
  }
}

function changeMembers(
  { cluster, leader }: Led,
  change: Extract<Parameters<TimedCluster['input']>[1], { kind: 'changeMembership' }>['change'],
): void {
  cluster.input(leader, { kind: 'changeMembership', id: 1, change });
  const done = cluster.runUntil(() => leader.answers.length > 0, 3);
  demand(
    done && leader.answers[0]?.refused === null,
    'membership change',
    () => `${change.kind} of node ${change.member.id}: ${leader.answers[0]?.refused ?? 'unanswered'}`,
  );
}

function removeUnheard(random: Random): void {
  const led = startLed(random, drawInteger(random, 3, 6));
  const { cluster, leader, term } = led;
  const { member } = otherThan(cluster, leader);
  cluster.carries = (from, to) => from !== member.id && to !== member.id;
  changeMembers(led, { kind: 'remove', member });
  heal(cluster);
  cluster.run(LONG);
  demand(
    leader.state.role === 'leader' && leader.state.term === term,
    'stable leader',
    () => `node ${member.id} was removed and deposes: ${describe(cluster)}`,
  );
}

function promoteUnheard(random: Random): void {
  const voters = drawInteger(random, 1, 3) * 2;
  const led = startLed(random, voters, [voters + 1]);
  const { cluster, leader } = led;
  const { member } = nodeOf(cluster, voters + 1);
  cluster.carries = (from, to) => from !== member.id && to !== member.id;
  changeMembers(led, { kind: 'promote', member });
  // As many as the new majority can do without, none of them the one promoted.
  leader.up = false;
  for (let spare = voters / 2 - 1; spare > 0; spare -= 1) {
    const other = cluster.nodes.find((node) => node.up && node.member.id !== member.id);
    if (other !== undefined) other.up = false;
  }
  heal(cluster);
  awaitLeader(cluster, `node ${member.id} does not know that it votes`);
}

function transferInVain(random: Random): void {
  const led = startLed(random, drawInteger(random, 3, 6));
  const { cluster, leader } = led;
  const { member } = otherThan(cluster, leader);
  cutOff(cluster, member.id);
  propose(cluster, leader, 'the target lacks this');
  cluster.input(leader, { kind: 'transferLeadership', id: 1, to: member.id });
  const answered = cluster.runUntil(() => leader.answers.length > 0, 3);
  awaitLeader(cluster, 'after the transfer');
  heal(cluster);
  cluster.run(4);
  const open = cluster.leader()?.state.admission ?? null;
  demand(
    answered && open !== null,
    'transfer',
    () => `to node ${member.id}: ${answered ? 'no proposals are taken after it' : 'unanswered'}; ${describe(cluster)}`,
  );
}
