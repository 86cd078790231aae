/**
 * Cores on a virtual clock, with the shell's timers and a network that has a delay for each direction and may be cut.
 * Nothing else fails, so what has to hold in calm can be demanded exactly. Not the swarm of `src/simulation`, whose
 * faults never rest. Each input is a turn of its own, and each vote request comes twice.
 */
import { must } from '../../../src/assert.js';
import { defaultRaftLimits } from '../../../src/raft/limits.js';
import type { Input, Member, RaftMessage, TimerName } from '../../../src/raft/messages.js';
import type { ReadAnswer, RequestAnswer, TimerCommand } from '../../../src/raft/ready.js';
import { createRaft, type RaftState } from '../../../src/raft/state.js';
import type { StoredState } from '../../../src/raft/stored-state.js';
import { timerDelayMs } from '../../../src/raft/timers.js';
import { performTurn, type TurnEffect } from '../../../src/raft/turn.js';
import { drawFraction, drawInteger, type Random } from '../../../src/random.js';
import { createEventQueue, happenNext, schedule } from '../../../src/simulation/event-queue.js';
import { checkAnswers, checkElectionTimer } from './turn-checks.js';

const ELECTION_TIMEOUT_MS = 100;
const MAXIMUM_DELAY_MS = 1;
const MAXIMUM_EVENTS = 200_000;

export interface TimedNode {
  readonly member: Member;
  readonly state: RaftState;
  up: boolean;
  /** The number of the latest start of each armed timer. */
  readonly armed: Map<TimerName, number>;
  readonly answers: RequestAnswer[];
  readonly reads: ReadAnswer[];
  /** Appends that it refused, by the term of the leader. */
  readonly refusals: Map<number, number>;
}

export class TimedCluster {
  readonly random: Random;
  readonly nodes: TimedNode[] = [];
  /** Which messages pass. */
  carries: (from: number, to: number) => boolean = () => true;
  readonly #queue = createEventQueue();
  readonly #heartbeatIntervalMs: number;
  readonly #delaysMs = new Map<number, number>();
  #started = 0;
  #events = 0;

  constructor(random: Random) {
    this.random = random;
    this.#heartbeatIntervalMs = ELECTION_TIMEOUT_MS / drawInteger(random, 3, 9);
  }

  add(member: Member, stored: StoredState): TimedNode {
    const state = createRaft({ self: member, stored, limits: defaultRaftLimits });
    const node = { member, state, up: true, armed: new Map(), answers: [], reads: [], refusals: new Map() };
    this.nodes.push(node);
    this.input(node, { kind: 'pull', bytes: Number.MAX_SAFE_INTEGER, appliedIndex: 0 });
    return node;
  }

  input(node: TimedNode, input: Input): TurnEffect[] {
    if (!node.up) return [];
    const { role, term } = node.state;
    const effects = [...performTurn(node.state, [input])];
    if (input.kind === 'message') checkElectionTimer(node.member, { role, term }, input.message, effects);
    for (const effect of effects) this.#perform(node, effect);
    return effects;
  }

  run(timeouts: number): void {
    this.runUntil(() => false, timeouts);
  }

  /** False when it does not come about within so many election time-outs. */
  runUntil(condition: () => boolean, timeouts: number): boolean {
    const endMs = this.#queue.nowMs + timeouts * ELECTION_TIMEOUT_MS;
    // Time reaches the end whatever else happens.
    schedule(this.#queue, timeouts * ELECTION_TIMEOUT_MS, () => undefined);
    while (!condition()) {
      this.#events += 1;
      if (this.#queue.nowMs >= endMs || this.#events > MAXIMUM_EVENTS || !happenNext(this.#queue)) return false;
    }
    return true;
  }

  /** The live one that leads in the highest term. */
  leader(): TimedNode | undefined {
    let leader: TimedNode | undefined;
    for (const node of this.nodes) {
      if (node.up && node.state.role === 'leader' && node.state.term > (leader?.state.term ?? 0)) leader = node;
    }
    return leader;
  }

  #perform(node: TimedNode, effect: TurnEffect): void {
    if (effect.kind === 'send') for (const message of effect.messages) this.#send(node, message);
    else if (effect.kind === 'timers') for (const command of effect.timers) this.#setTimer(node, command);
    else if (effect.kind === 'answers') node.answers.push(...effect.answers);
    else if (effect.kind === 'reads') node.reads.push(...effect.reads);
  }

  #send(node: TimedNode, message: RaftMessage): void {
    if (message.kind === 'appendResponse' && !message.success) {
      node.refusals.set(message.term, (node.refusals.get(message.term) ?? 0) + 1);
    }
    const from = node.member.id;
    const to = this.nodes.find((each) => each.member.id === message.to.id);
    if (to === undefined || !this.carries(from, to.member.id)) return;
    schedule(this.#queue, this.#delayMs(from, to.member.id), () => {
      const effects = this.input(to, { kind: 'message', message });
      if (message.kind !== 'requestVote' || !to.up) return;
      checkAnswers(to.member, effects, this.input(to, { kind: 'message', message }));
    });
  }

  /** The same for each message of a direction: they stay in order. */
  #delayMs(from: number, to: number): number {
    const direction = from * 100 + to;
    const known = this.#delaysMs.get(direction);
    if (known !== undefined) return known;
    const drawn = 0.1 + drawFraction(this.random) * (MAXIMUM_DELAY_MS - 0.1);
    this.#delaysMs.set(direction, drawn);
    return drawn;
  }

  #setTimer(node: TimedNode, command: TimerCommand): void {
    this.#started += 1;
    const start = this.#started;
    if (command.action === 'stop') {
      node.armed.delete(command.timer);
      return;
    }
    node.armed.set(command.timer, start);
    const durations = { electionTimeoutMs: ELECTION_TIMEOUT_MS, heartbeatIntervalMs: this.#heartbeatIntervalMs };
    schedule(this.#queue, timerDelayMs(command, durations, this.random), () => {
      if (node.armed.get(command.timer) !== start) return;
      node.armed.delete(command.timer);
      this.input(node, { kind: 'timer', timer: command.timer });
    });
  }
}

export function nodeOf(cluster: TimedCluster, id: number): TimedNode {
  return must(
    cluster.nodes.find(({ member }) => member.id === id),
    `node ${id}`,
  );
}
