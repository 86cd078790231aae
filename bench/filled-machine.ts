/**
 * Topics of a hundred partitions each, as many as are wanted, and leader changes that jump about among all of them, so
 * that hardly two of a batch meet in one topic; for a cluster, or in a metadata machine by itself, without a thread.
 */
import { must } from '../src/assert.js';
import { createMetadataMachine, type MetadataMachine } from '../src/metadata/metadata-state-machine.js';
import { operationToText, type PlainOperation } from '../src/metadata/operation-codec.js';
import type { UpdateLeader } from '../src/metadata/operations.js';

const PARTITIONS_PER_TOPIC = 100;
const BROKERS = 6;
const REPLICATION_FACTOR = 3;
const TIME = 1_700_000_000_000;
/** A prime: it visits every partition before it comes back. */
const STRIDE = 7919;

export interface FilledMachine {
  readonly machine: MetadataMachine;
  readonly partitions: number;
  /** The next so many leader changes, each valid after those before it. */
  nextOperations(count: number): PlainOperation[];
  /** The same, as a log holds them. */
  nextCommands(count: number): Uint8Array[];
  /** In one batch; every command must be accepted. */
  applyAll(commands: readonly Uint8Array[]): void;
}

export function fillMachine(partitions: number): FilledMachine {
  const machine = createMetadataMachine();
  let index = 0;
  const applyAll = (commands: readonly Uint8Array[]): void => {
    machine.begin();
    for (const command of commands) {
      index += 1;
      const answer = machine.apply(command, { index });
      if ('error' in answer) throw new Error(`refused: ${answer.error.message}`);
    }
    machine.end();
  };
  applyAll(encodeAll(registrations()));
  applyAll(encodeAll(topicNames(partitions).map((name) => ({ type: 'create_topic', data: { name, ...topicShape } }))));
  const nextChange = scatteredChanges(partitions);
  const nextOperations = (count: number): PlainOperation[] =>
    Array.from({ length: count }, () => ({ type: 'update_leader', data: nextChange() }));
  return { machine, partitions, nextOperations, nextCommands: (count) => encodeAll(nextOperations(count)), applyAll };
}

/** The names of the topics; each is created with `topicShape`, over six brokers. */
export function topicNames(partitions: number): string[] {
  return Array.from({ length: partitions / PARTITIONS_PER_TOPIC }, (_, number) => topicName(number));
}

export const topicShape = {
  partitions: PARTITIONS_PER_TOPIC,
  replicationFactor: REPLICATION_FACTOR,
  strategy: 'roundRobin' as const,
};

/** The next leader change, valid after those before it. */
export function scatteredChanges(partitions: number): () => UpdateLeader {
  const epochs = new Uint32Array(partitions).fill(1);
  let next = 0;
  return () => {
    next = (next + STRIDE) % partitions;
    const leaderEpoch = must(epochs[next], 'an epoch for every partition') + 1;
    epochs[next] = leaderEpoch;
    const partition = next % PARTITIONS_PER_TOPIC;
    // Replica j of partition i is on broker (i + j) mod n.
    const leader = 1 + ((partition + (leaderEpoch % REPLICATION_FACTOR)) % BROKERS);
    return { topic: topicName(Math.floor(next / PARTITIONS_PER_TOPIC)), partition, leader, leaderEpoch };
  };
}

function encodeAll(operations: readonly PlainOperation[]): Uint8Array[] {
  const encoder = new TextEncoder();
  return operations.map((operation) => encoder.encode(operationToText(operation, TIME)));
}

function registrations(): PlainOperation[] {
  return Array.from({ length: BROKERS }, (_, position) => {
    return { type: 'register_broker', data: { id: position + 1, addr: `127.0.0.1:${9092 + position}` } };
  });
}

function topicName(number: number): string {
  return `topic-${String(number).padStart(6, '0')}`;
}
