/**
 * The end of a run, in which faults stop and progress is due. First a majority of the voters is healed and all else
 * stays as broken as it is (cut, paused, down, heard but not hearing): it has to commit. Then all are healed: they come
 * to equal states. Uniform faults alone would always heal, and hide whatever one broken node can do to the others.
 */
import { drawChance, drawInteger, type Random } from '../random.js';
import { includesMember } from '../raft/configuration.js';
import type { Member } from '../raft/messages.js';
import { demand } from './checks/violation.js';
import { lastSyncedIndex } from './disk.js';
import { happenNext } from './event-queue.js';
import { compareStates } from './machine.js';
import { heal } from './nemesis.js';
import { healDirection, healNetwork } from './network.js';
import type { SimulatedNode } from './simulated-node.js';
import { happened, tell, type World } from './world.js';

/**
 * In election time-outs, for a commit of a healed majority. A time-out in which one of it still catches up does not
 * count: how long that takes is a matter of the log's length and of how little fits into a message.
 */
const MAJORITY_LIMIT_TIMEOUTS = 10;
/** In peace: until all members have applied it all. */
const PEACE_LIMIT_TIMEOUTS = 100;
const PEACE_LIMIT_EVENTS = 60_000;

export interface MajorityReport {
  readonly size: number;
  /** Until it committed, in election time-outs, catching up included. */
  readonly timeouts: number;
}

/** Null where no majority can be had without the members that are gone. */
export function runMajority(world: World, random: Random): MajorityReport | null {
  const majority = drawMajority(world, random);
  if (majority === null) return null;
  world.phase = 'majority';
  for (const from of majority) {
    for (const to of majority) healDirection(world.network, { from: from.place, to: to.place });
  }
  happened(world, 'majority', majority.length, 0);
  tell(world, () => `healed: ${majority.map(({ member }) => member.id).join(', ')}`);
  for (const node of majority) heal(world, node);
  const startMs = world.queue.nowMs;
  const { history, plan, queue } = world;
  const goal = history.committed.length + 1;
  let deadlineMs = 0;
  let caughtUp = -1;
  const isDone = (): boolean => {
    const progress = caughtUpBytes(majority);
    if (progress > caughtUp) {
      caughtUp = progress;
      deadlineMs = queue.nowMs + MAJORITY_LIMIT_TIMEOUTS * plan.electionTimeoutMs;
    }
    return history.committed.length >= goal;
  };
  while (!isDone()) {
    const goesOn = queue.nowMs < deadlineMs && happenNext(queue);
    demand(goesOn, 'liveness of a majority', () => {
      const healed = majority.map(({ member }) => member.id).join(', ');
      return `of ${healed}, no commit in ${MAJORITY_LIMIT_TIMEOUTS} election time-outs; ${describeNodes(world)}`;
    });
  }
  demand(true, 'liveness of a majority', () => '');
  return { size: majority.length, timeouts: (queue.nowMs - startMs) / plan.electionTimeoutMs };
}

/** Of the log and of a snapshot: grows only while a follower receives what it lacks. */
function caughtUpBytes(nodes: readonly SimulatedNode[]): number {
  let sum = 0;
  for (const { state, disk } of nodes) {
    sum += Math.min(lastSyncedIndex(disk), state?.commitIndex ?? 0) + (state?.receiving?.offset ?? 0) / 1e6;
  }
  return sum;
}

/**
 * At random, enough nodes for a majority of the committed configuration, and of each that a node has written since: a
 * change that is not committed may still be.
 */
function drawMajority({ nodes, history }: World, random: Random): SimulatedNode[] | null {
  const { committed, bootstrap } = history;
  const configurations = [committed.findLast((record) => record.configuration !== null)?.configuration ?? bootstrap];
  for (const { watch } of nodes) {
    for (const { index, configuration } of watch.configurations) {
      if (index > committed.length) configurations.push(configuration);
    }
  }
  const left = [...nodes];
  const chosen: SimulatedNode[] = [];
  const isEnough = (): boolean => configurations.every(({ voters }) => isMajority(voters, chosen));
  const one = (): SimulatedNode[] => left.splice(drawInteger(random, 0, left.length), 1);
  while (left.length > 0 && !(isEnough() && chosen.length > 0)) chosen.push(...one());
  if (!isEnough()) return null;
  if (left.length > 1 && drawChance(random, 0.3)) chosen.push(...one());
  return chosen;
}

function isMajority(voters: readonly Member[], nodes: readonly SimulatedNode[]): boolean {
  return nodes.filter(({ member }) => includesMember(voters, member)).length * 2 > voters.length;
}

export function startPeace(world: World): void {
  world.phase = 'peace';
  healNetwork(world.network);
  for (const node of world.nodes) heal(world, node);
}

export function runUntil(world: World, condition: () => boolean, aim: string): void {
  const { queue, plan } = world;
  const deadlineMs = queue.nowMs + PEACE_LIMIT_TIMEOUTS * plan.electionTimeoutMs;
  const eventLimit = world.events + PEACE_LIMIT_EVENTS;
  while (!condition()) {
    const goesOn = queue.nowMs < deadlineMs && world.events < eventLimit && happenNext(queue);
    demand(goesOn, 'liveness', () => `no progress in peace: ${aim}; ${describeNodes(world)}`);
  }
}

/** A leader has committed all its log, and every member of its configuration has applied it. */
export function isAtRest(world: World): boolean {
  const { history } = world;
  const end = history.committed.length;
  const members = membersInForce(world);
  return members.length > 0 && members.every(({ machine }) => machine.appliedIndex === end);
}

/** At rest. */
export function compareAllStates(world: World): void {
  for (const { machine } of membersInForce(world)) compareStates(machine, world.history.outcomes);
}

function membersInForce({ nodes, history }: World): SimulatedNode[] {
  const end = history.committed.length;
  const leader = nodes.find(({ state }) => state?.role === 'leader' && state.commitIndex === end);
  const configuration = leader?.watch.configurations.at(-1)?.configuration;
  if (configuration === undefined || leader?.disk.unsynced !== null) return [];
  const { voters, learners } = configuration;
  return nodes.filter(({ member }) => includesMember(voters, member) || includesMember(learners, member));
}

function describeNodes({ nodes, history }: World): string {
  const describe = ({ member, state, machine, paused }: SimulatedNode): string =>
    `${member.id}${member.incarnation}: ${paused ? 'paused ' : ''}${state?.role ?? 'down'} ` +
    `of term ${state?.term ?? 0}, applied ${machine.appliedIndex}`;
  return `committed ${history.committed.length}; ${nodes.map(describe).join('; ')}`;
}
