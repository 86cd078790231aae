/**
 * Packed entries: a batch from a leader, a batch of proposals, and, within them, envelopes, configurations and request
 * ids.
 */
import { EntryKind, packPayloads, payloadAt, type EntryRun } from '../../src/raft/entries.js';
import type { AppendEntries, Input, Member } from '../../src/raft/messages.js';
import { defaultRaftLimits } from '../../src/raft/limits.js';
import { canonicalState, copyState } from '../../src/raft/state-copy.js';
import { createRaft, type RaftState } from '../../src/raft/state.js';
import { performTurn, type TurnEffect } from '../../src/raft/turn.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';
import {
  openUnaddressed,
  sealEnvelope,
  sealOpening,
  sealUnaddressed,
  type Answer,
  type Envelope,
} from '../../src/state-machine/envelope.js';
import { createReplicatedState, type ReplicatedState } from '../../src/state-machine/exactly-once.js';
import { generatedRequestId, parseGeneratedRequestId, sessionOfUuid } from '../../src/state-machine/request-id.js';
import { createFilledMachine, FURTHER_OPERATIONS } from './metadata-targets.js';
import { mutateBytes, pick } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { require, type Outcome, type Target } from './target.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const [self, leader, third] = [1, 2, 3].map((id): Member => ({ id, incarnation: `incarnation-${id}` })) as [
  Member,
  Member,
  Member,
];
export const CONFIGURATION = { voters: [self, leader, third], learners: [] };
const configurationText = JSON.stringify(CONFIGURATION);
const session = sessionOfUuid('00000000-0000-4000-8000-000000000001');

function write(sequence: number, requestId?: string): Uint8Array {
  const envelope: Envelope = { session, sequence, lowestUnanswered: 1, fingerprint: 7 };
  const command = encoder.encode(FURTHER_OPERATIONS[sequence % FURTHER_OPERATIONS.length]);
  return sealEnvelope(requestId === undefined ? envelope : { ...envelope, requestId }, command);
}

const REQUEST_IDS = [generatedRequestId({ session, sequence: 1 }), 'mine', 'ä'.repeat(100), 'x'];
const OPENING = sealOpening(session, 0);
const UNADDRESSED = sealUnaddressed(encoder.encode(FURTHER_OPERATIONS[0]));
export const ENVELOPES = [
  OPENING,
  UNADDRESSED,
  write(1),
  write(2, 'mine'),
  write(3, REQUEST_IDS[0]),
  write(4),
  write(5, 'other'),
];
const PAYLOADS = [Uint8Array.of(EntryKind.noOp), configurationEntry(encoder.encode(configurationText)), ...ENVELOPES];

function configurationEntry(json: Uint8Array): Uint8Array {
  const payload = new Uint8Array(1 + json.length).fill(EntryKind.configuration, 0, 1);
  payload.set(json, 1);
  return payload;
}

function run(firstIndex: number, term: number, payloads: readonly Uint8Array[]): EntryRun {
  return { firstIndex, term, ...packPayloads(payloads) };
}

function append(previousIndex: number, previousTerm: number, runs: readonly EntryRun[]): AppendEntries {
  const header = { kind: 'appendEntries', to: self, from: leader, term: 3, commitIndex: 2 } as const;
  return { ...header, previousIndex, previousTerm, runs };
}

const APPENDS: readonly AppendEntries[] = [
  append(4, 2, [run(5, 3, PAYLOADS)]),
  append(2, 1, [run(3, 1, PAYLOADS.slice(0, 1)), run(4, 3, PAYLOADS)]),
  append(4, 2, [run(5, 2, PAYLOADS.slice(2, 4)), run(7, 3, PAYLOADS.slice(1))]),
];

function settled(state: RaftState, ...inputs: readonly Input[]): RaftState {
  for (const _ of performTurn(state, inputs));
  return state;
}

function follower(): RaftState {
  const snapshot = { index: 0, term: 0, configuration: CONFIGURATION };
  const entries = [run(1, 1, ENVELOPES.slice(0, 3)), run(4, 2, ENVELOPES.slice(3, 4))];
  const stored = { term: 2, vote: null, snapshot, base: snapshot, entries };
  const state = createRaft({ self, stored, limits: defaultRaftLimits });
  const heard: Input = { kind: 'message', message: { ...append(4, 2, []), commitIndex: 2 } };
  return settled(state, { kind: 'pull', bytes: 1 << 24, appliedIndex: 0 }, heard);
}

function leading(): RaftState {
  const state = follower();
  settled(state, { kind: 'timer', timer: 'leaderLease' }, { kind: 'campaign' });
  for (const kind of ['preVoteResponse', 'voteResponse'] as const) {
    const answer = { kind, to: self, from: leader, term: 4, granted: true };
    settled(state, { kind: 'message', message: answer });
  }
  require(state.admission !== null, 'a leader takes proposals');
  return state;
}

/** The bytes themselves, or a payload in them before they are packed. */
function mutatedPayload(random: Random, payload: Uint8Array): Uint8Array {
  if (payload[0] === EntryKind.configuration && drawChance(random, 0.7)) {
    return configurationEntry(mutateJson(random, configurationText, configurationText));
  }
  return mutateBytes(random, payload, pick(random, PAYLOADS));
}

function mutatedRun(random: Random, given: EntryRun): EntryRun {
  if (drawChance(random, 0.4)) {
    const payloads = Array.from({ length: given.count }, (_, position) => payloadAt(given, position));
    const mutated = drawInteger(random, 0, payloads.length);
    return {
      ...given,
      ...packPayloads(payloads.map((each, position) => (position === mutated ? mutatedPayload(random, each) : each))),
    };
  }
  const data = mutateBytes(random, given.data, pick(random, PAYLOADS));
  if (drawChance(random, 0.7)) return { ...given, data };
  const member = pick(random, ['count', 'firstIndex', 'term'] as const);
  const value = pick(random, [0, -1, 0.5, given[member] + 1, 2 ** 31, 2 ** 53, NaN, Infinity]);
  return { ...given, data: drawChance(random, 0.5) ? data : given.data, [member]: value };
}

/** What the core hands on must be legible to whoever takes it. */
function readEntries(effects: readonly TurnEffect[]): void {
  for (const effect of effects) {
    const runs = effect.kind === 'persist' ? effect.persist.entries : effect.kind === 'apply' ? effect.runs : [];
    for (const each of runs) for (let at = 0; at < each.count; at += 1) payloadAt(each, at);
  }
}

function outcomeOfInput(base: RaftState, unchanged: string, input: Input): Outcome {
  const state = copyState(base);
  const effects = [...performTurn(state, [input])];
  readEntries(effects);
  if (effects.length > 0) return 'accepted';
  require(canonicalState(state) === unchanged, 'what is refused changes nothing');
  return 'refused';
}

export const batches: Target = {
  kind: 'batch',
  share: 80_000,
  create() {
    const base = follower();
    const unchanged = canonicalState(base);
    return (random) => {
      const message = pick(random, APPENDS);
      const mutated = drawInteger(random, 0, message.runs.length);
      const runs = message.runs.map((each, at) => (at === mutated ? mutatedRun(random, each) : each));
      return outcomeOfInput(base, unchanged, { kind: 'message', message: { ...message, runs } });
    };
  },
};

export const proposals: Target = {
  kind: 'proposal',
  share: 60_000,
  create() {
    const base = leading();
    const unchanged = canonicalState(base);
    const admission = base.admission ?? 0;
    return (random) => {
      const payloads = mutatedRun(random, pick(random, APPENDS).runs[0] ?? run(1, 1, PAYLOADS));
      return outcomeOfInput(base, unchanged, { kind: 'propose', admission, payloads });
    };
  },
};

function createState(): ReplicatedState {
  const state = createReplicatedState(createFilledMachine(), CONFIGURATION);
  applyOne(state, OPENING);
  return state;
}

/** Undefined: it was no envelope. */
function applyOne(state: ReplicatedState, payload: Uint8Array): Answer | undefined {
  const [answer] = state.applyRuns([run(state.appliedIndex + 1, 1, [payload])]);
  JSON.stringify(answer);
  return answer;
}

function isAccepted(answer: Answer | undefined): boolean {
  return answer !== undefined && answer.refusal === undefined;
}

export const envelopes: Target = {
  kind: 'envelope',
  share: 200_000,
  create() {
    const state = createState();
    return (random) => {
      const payload = mutateBytes(random, pick(random, ENVELOPES), pick(random, ENVELOPES));
      payload[0] = EntryKind.application; // other kinds are the core's, which reads them before it lets them in
      const before = drawChance(random, 0.02) ? state.digest() : null;
      const answer = applyOne(state, payload);
      if (isAccepted(answer) || openUnaddressed(payload) !== null) return 'accepted';
      // Whatever else becomes of a write of a known session, that session is the one used last.
      const isOfKnownSession = answer !== undefined && answer.refusal !== 'unknownSession';
      require(before === null || isOfKnownSession || before === state.digest(), 'what is refused changes nothing');
      return 'refused';
    };
  },
};

export const requestIds: Target = {
  kind: 'request-id',
  share: 100_000,
  create() {
    const state = createState();
    let sequence = 0;
    return (random) => {
      const id = encoder.encode(pick(random, REQUEST_IDS));
      const requestId = decoder.decode(mutateBytes(random, id, encoder.encode(pick(random, REQUEST_IDS))));
      const place = parseGeneratedRequestId(requestId);
      require(place === undefined || generatedRequestId(place) === requestId, 'an id that is read is written the same');
      sequence += 1;
      return isAccepted(applyOne(state, write(sequence, requestId))) ? 'accepted' : 'refused';
    };
  },
};
