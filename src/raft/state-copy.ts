/**
 * A hand-written deep copy of the state (structuredClone costs a hundred times as much), and a canonical form of it for
 * hashing, in which states that behave alike are equal. Both are proved complete by a test over every field.
 */
import { must } from '../assert.js';
import { payloadAt, type EntryRun } from './entries.js';
import type { Member } from './messages.js';
import type { Progress } from './progress.js';
import type { Outputs, RaftState } from './state.js';

/** What is never changed in place (members, messages, runs, descriptions) is shared. */
export function copyState(state: RaftState): RaftState {
  const { persistence, reads, forwarded } = state;
  return {
    ...state,
    log: { ...state.log, runs: state.log.runs.slice() },
    configurations: state.configurations.slice(),
    peers: state.peers.map(copyProgress),
    persistence: { ...persistence, pending: persistence.pending && { ...persistence.pending } },
    applying: { ...state.applying },
    electionSoon: state.electionSoon && { ...state.electionSoon },
    reads: { ...reads, waiting: reads.waiting.slice() },
    forwarded: { waiting: forwarded.waiting.slice(), asked: forwarded.asked.map((group) => ({ ...group })) },
    transfer: state.transfer && { ...state.transfer },
    receiving: state.receiving && { ...state.receiving },
    outputs: copyOutputs(state.outputs),
  };
}

function copyProgress(progress: Progress): Progress {
  return {
    ...progress,
    inflight: progress.inflight.slice(),
    transfer: progress.transfer && { ...progress.transfer },
  };
}

function copyOutputs(outputs: Outputs): Outputs {
  return {
    messages: outputs.messages.slice(),
    readAnswers: outputs.readAnswers.slice(),
    answers: outputs.answers.slice(),
    timers: outputs.timers.slice(),
    snapshotReads: outputs.snapshotReads.slice(),
    snapshotWrites: outputs.snapshotWrites.slice(),
    leadership: outputs.leadership,
    configuration: outputs.configuration,
  };
}

/** Names under which nodes, members and payloads appear, so that an explorer can permute the nodes. */
export interface CanonicalNames {
  node(id: number): number;
  member(member: Member): string;
  payload(payload: Uint8Array): string;
}

const plainNames: CanonicalNames = {
  node: (id) => id,
  member: (member) => `${member.id}/${member.incarnation}`,
  payload: (payload) => payload.join(' '),
};

/**
 * Equal for states that differ only in how they count rounds, sequences, admissions and request ids, or cut their log
 * into runs.
 */
export function canonicalState(state: RaftState, names: CanonicalNames = plainNames): string {
  return JSON.stringify(new Canonicalizer(names, state.reads.round).object(state));
}

class Canonicalizer {
  readonly #names: CanonicalNames;
  readonly #round: number;
  readonly #requests = new Map<number, number>();

  constructor(names: CanonicalNames, round: number) {
    this.#names = names;
    this.#round = round;
  }

  object(value: object): unknown {
    if (isMember(value)) return this.#names.member(value);
    if (value instanceof Uint8Array) return this.#names.payload(value);
    if (Array.isArray(value)) return value.map((each: unknown) => this.#value('', each));
    return Object.entries(value).map(([key, each]) => this.#value(key, each));
  }

  #value(key: string, value: unknown): unknown {
    switch (key) {
      case 'limits':
      case 'sequence':
      case 'admissions':
        return null;
      case 'admission':
        return value !== null;
      case 'round':
      case 'ackedRound':
        return value === this.#round;
      case 'id':
        return this.#request(value as number);
      case 'ids':
      case 'waiting':
        return (value as (number | object)[]).map((each) =>
          typeof each === 'number' ? this.#request(each) : this.object(each),
        );
      case 'leader':
        return typeof value === 'number' ? this.#names.node(value) : this.#plain(value);
      case 'runs':
        return (value as EntryRun[]).flatMap((run) => this.#entries(run));
      case 'peers':
      case 'voters':
      case 'learners':
        return (value as object[]).map((each) => JSON.stringify(this.object(each))).sort();
      default:
        return this.#plain(value);
    }
  }

  #plain(value: unknown): unknown {
    return typeof value === 'object' && value !== null ? this.object(value) : value;
  }

  #entries(run: EntryRun): unknown[] {
    return Array.from({ length: run.count }, (_, position) => [
      run.term,
      this.#names.payload(payloadAt(run, position)),
    ]);
  }

  /** Request ids in the order of their first appearance. */
  #request(id: number): number {
    if (!this.#requests.has(id)) this.#requests.set(id, this.#requests.size);
    return must(this.#requests.get(id), `request ${id}`);
  }
}

function isMember(value: object): value is Member {
  return 'incarnation' in value;
}
