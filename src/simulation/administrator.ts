/**
 * The simulated operator: adds learners, promotes and removes members, moves leadership, and replaces a member whose
 * disk was wiped. Success must mean that the change is committed, or that another node leads.
 */
import { drawChance, drawInteger } from '../random.js';
import { includesMember, sameMember } from '../raft/configuration.js';
import type { Configuration, Member, MembershipChange } from '../raft/messages.js';
import type { RequestAnswer } from '../raft/ready.js';
import { noteAction, repeat, type Action } from './actions.js';
import { demand } from './checks/violation.js';
import { countFault } from './faults.js';
import type { SimulatedNode } from './simulated-node.js';
import { deliver } from './inputs.js';
import { happened, tell, type World } from './world.js';

interface Request {
  readonly place: number;
  readonly life: number;
  /** Null for a transfer. */
  readonly change: MembershipChange | null;
}

export interface Administrator {
  requests: number;
  readonly open: Map<number, Request>;
  changesMade: number;
  transfersMade: number;
  stopped: boolean;
}

/** Apart from the ids of reads. */
const FIRST_REQUEST = 1_000_000;

export function createAdministrator(): Administrator {
  return { requests: FIRST_REQUEST, open: new Map(), changesMade: 0, transfersMade: 0, stopped: false };
}

export function startAdministrator(world: World, administrator: Administrator): void {
  repeat(world, 'administrator', world.plan.adminIntervalMs, (action) => {
    if (!administrator.stopped) act(world, administrator, action);
    return !administrator.stopped;
  });
}

function act(world: World, administrator: Administrator, action: Action): void {
  const { random } = action;
  const leaders = world.nodes.filter((node) => node.leadership?.role === 'leader');
  const leader = leaders[drawInteger(random, 0, Math.max(1, leaders.length))];
  const transfers = drawChance(random, world.plan.transferRate);
  const place = drawInteger(random, 0, world.nodes.length);
  const target = world.nodes[place];
  if (leader === undefined || target === undefined) return;
  const change = transfers ? null : chooseChange(leader, target, world);
  if (!transfers && change === null) return;
  administrator.requests += 1;
  const id = administrator.requests;
  administrator.open.set(id, { place: leader.place, life: leader.life, change });
  happened(world, change?.kind ?? 'transferLeadership', leader.place, place);
  countFault(world.faults, change === null ? 'leadershipTransfer' : 'membershipChange');
  const asked = (): string =>
    `${change?.kind ?? 'transfer to'} ${target.member.id} is asked of node ${leader.member.id}`;
  noteAction(world, action, asked);
  tell(world, asked);
  if (change === null) deliver(world, leader, { kind: 'transferLeadership', id, to: target.member.id });
  else deliver(world, leader, { kind: 'changeMembership', id, change });
}

/** The next step for the chosen node; a member whose disk is gone goes before all others. */
function chooseChange(leader: SimulatedNode, target: SimulatedNode, world: World): MembershipChange | null {
  const configuration = leader.watch.configurations.at(-1)?.configuration;
  if (configuration === undefined) return null;
  const gone = goneMember(configuration, world.nodes);
  if (gone !== undefined) return { kind: 'remove', member: gone };
  const { member } = target;
  if (includesMember(configuration.learners, member)) return { kind: 'promote', member };
  if (!includesMember(configuration.voters, member)) return { kind: 'addLearner', member };
  return configuration.voters.length > 1 ? { kind: 'remove', member } : null;
}

/** A member of the configuration whose disk was wiped: it never comes back. */
export function goneMember({ voters, learners }: Configuration, nodes: readonly SimulatedNode[]): Member | undefined {
  return [...voters, ...learners].find((member) => !nodes.some((node) => sameMember(node.member, member)));
}

export function noteRequestAnswer(
  world: World,
  administrator: Administrator,
  node: SimulatedNode,
  answer: RequestAnswer,
): void {
  const request = administrator.open.get(answer.id);
  demand(
    request?.place === node.place && request.life === node.life,
    'honest answer',
    () => `node ${node.member.id} answers request ${answer.id}, which waits for no answer there`,
  );
  administrator.open.delete(answer.id);
  tell(world, () => `node ${node.member.id} answers request ${answer.id}: ${answer.refused ?? 'done'}`);
  if (answer.refused !== null) return;
  const { change } = request;
  if (change === null) {
    administrator.transfersMade += 1;
    return;
  }
  administrator.changesMade += 1;
  demand(
    world.history.committed.some((record) => record.configuration !== null && shows(record.configuration, change)),
    'honest answer',
    () => `node ${node.member.id} reports ${change.kind} of ${change.member.id}, which is not committed`,
  );
}

function shows({ voters, learners }: Configuration, { kind, member }: MembershipChange): boolean {
  switch (kind) {
    case 'addLearner':
      return includesMember(learners, member);
    case 'promote':
      return includesMember(voters, member);
    case 'remove':
      return !includesMember(voters, member) && !includesMember(learners, member);
  }
}
