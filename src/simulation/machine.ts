/**
 * A simulated node's state machine: that of the workload, within the shipped exactly-once layer. Beside it a running
 * digest of the entries it has applied. Whether an operation is executed twice is watched from within, where the
 * machine itself is called.
 */
import { must } from '../assert.js';
import { EntryKind, payloadAt, sliceRun, type EntryRun } from '../raft/entries.js';
import type { Configuration } from '../raft/messages.js';
import { canonicalJson, joinBytes } from '../state-machine/canonical-json.js';
import { openUnaddressed, type Answer } from '../state-machine/envelope.js';
import { ControllerSeat } from '../state-machine/controller-seat.js';
import { createReplicatedState, type ReplicatedState } from '../state-machine/exactly-once.js';
import { toJson } from '../state-machine/plain-data.js';
import type { HostedStateMachine } from '../state-machine/state-machine.js';
import { demand } from './checks/violation.js';
import { digestBytes, digestValue } from './digest.js';
import type { SnapshotFile } from './disk.js';
import type { Plan } from './plan.js';
import { readCommand } from './proposal.js';
import type { Workload, WorkloadMachine } from './workload.js';

export interface Machine {
  readonly replicated: ReplicatedState;
  readonly inner: WorkloadMachine;
  readonly seat: ControllerSeat | null;
  /** What the batches since have changed that answers may wait for; emptied by who looks at it. */
  readonly changedKeys: Set<string>;
  appliedIndex: number;
}

/** What one machine came to, all others must come to. Kept for the whole cluster, over all lives. */
export interface Outcomes {
  /** By operation: the index at which it was executed. */
  readonly executions: Map<number, number>;
  /** By index: a digest of the answer. */
  readonly answers: Map<number, number>;
  /** By index, not of every one: the digest of the whole state; and of its snapshot. */
  readonly states: Map<number, string>;
  readonly snapshots: Map<number, number>;
}

/** Whole states are compared at multiples of this index: each machine stops there. Snapshots are, at any index. */
const COMPARED_EVERY = 32;

export function createOutcomes(): Outcomes {
  return { executions: new Map(), answers: new Map(), states: new Map(), snapshots: new Map() };
}

export interface MachineOptions {
  readonly workload: Workload;
  readonly plan: Plan;
  readonly outcomes: Outcomes;
}

/** As of a snapshot, from nothing but its bytes. */
export function createMachine({ workload, plan, outcomes }: MachineOptions, snapshot: SnapshotFile): Machine {
  const { description, bytes } = snapshot;
  const inner = workload.createMachine(plan);
  const changedKeys = new Set<string>();
  const replicated = createReplicatedState(watched(inner.hosted, outcomes, changedKeys), description.configuration);
  const seat = inner.controlled === undefined ? null : new ControllerSeat(inner.controlled.controller);
  const machine: Machine = { replicated, inner, seat, changedKeys, appliedIndex: description.index };
  if (description.index === 0) return machine;
  const restored = replicated.restore(bytes, description);
  demand(restored, 'snapshot and tail equal full replay', () => `the snapshot at ${description.index} is refused`);
  inner.restored();
  return machine;
}

/** Executes commands without their numbers, and demands that each operation is executed at one place alone. */
function watched(hosted: HostedStateMachine, { executions }: Outcomes, changedKeys: Set<string>): HostedStateMachine {
  return {
    begin: () => hosted.begin(),
    end() {
      hosted.end();
      for (const key of hosted.changedKeys?.() ?? []) changedKeys.add(key);
    },
    apply(command, context) {
      const { operation, bytes } = readCommand(command);
      const known = executions.get(operation);
      demand(
        known === undefined || known === context.index,
        'exactly once',
        () => `operation ${operation} is executed at ${known} and at ${context.index}`,
      );
      if (known === undefined) executions.set(operation, context.index);
      return hosted.apply(bytes, context);
    },
    query: (request) => hosted.query(request),
    capture: () => hosted.capture(),
    restore: (snapshot) => hosted.restore(snapshot),
    dump: () => hosted.dump(),
    digest: () => hosted.digest(),
  };
}

/** Applies a run, in parts that end where states are compared. */
export function applyRun(machine: Machine, run: EntryRun, outcomes: Outcomes): void {
  const end = run.firstIndex + run.count - 1;
  for (let from = run.firstIndex; from <= end;) {
    const to = Math.min(end, Math.ceil(from / COMPARED_EVERY) * COMPARED_EVERY);
    applyPart(machine, sliceRun(run, from, to), outcomes);
    from = to + 1;
  }
}

function applyPart(machine: Machine, run: EntryRun, outcomes: Outcomes): void {
  const answers = machine.replicated.applyRuns([run]);
  machine.appliedIndex = machine.replicated.appliedIndex;
  let answered = 0;
  for (let position = 0; position < run.count; position += 1) {
    const payload = payloadAt(run, position);
    if (payload[0] !== EntryKind.application || openUnaddressed(payload) !== null) continue;
    compareAnswers(outcomes, run.firstIndex + position, must(answers[answered], 'an answer'));
    answered += 1;
  }
  machine.inner.check();
  if (machine.appliedIndex % COMPARED_EVERY === 0) compareStates(machine, outcomes);
}

function compareAnswers({ answers }: Outcomes, index: number, answer: Answer): void {
  const digest = digestValue(answer);
  const expected = answers.get(index);
  if (expected === undefined) answers.set(index, digest);
  demand(
    expected === undefined || expected === digest,
    'equal answers',
    () => `entry ${index} is answered ${describeAnswer(answer)}, and otherwise elsewhere`,
  );
}

function describeAnswer({ result, refusal }: Answer): string {
  return refusal ?? canonicalJson(toJson(result));
}

export function compareStates({ replicated, appliedIndex }: Machine, { states }: Outcomes): void {
  const digest = replicated.digest();
  const expected = states.get(appliedIndex);
  if (expected === undefined) states.set(appliedIndex, digest);
  demand(
    expected === undefined || expected === digest,
    'equal states',
    () => `the state at ${appliedIndex} differs from another node's`,
  );
}

/** A snapshot of the state as of now: equal states are equal bytes. */
export function captureSnapshot(machine: Machine, { snapshots }: Outcomes): SnapshotFile {
  const { description, ...captured } = machine.replicated.capture();
  const bytes = joinBytes(captured.serialize());
  const digest = digestBytes(bytes);
  const expected = snapshots.get(description.index);
  if (expected === undefined) snapshots.set(description.index, digest);
  demand(
    expected === undefined || expected === digest,
    'equal states',
    () => `the snapshot at ${description.index} differs from another node's`,
  );
  return { description, bytes };
}

/** The snapshot at index 0 with which the first start of a node begins. */
export function emptySnapshot(configuration: Configuration): SnapshotFile {
  return { description: { index: 0, term: 0, configuration }, bytes: new Uint8Array(0) };
}
