/** A metadata machine with short ways to apply and ask, for the tests of this folder. */
import * as assert from 'uvu/assert';
import type { OperationAnswer } from '../../src/metadata/answer.js';
import { findViolations } from '../../src/metadata/invariants.js';
import type { MetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { canonicalJson, joinBytes } from '../../src/state-machine/canonical-json.js';
import type { OperationData, OperationType } from '../../src/metadata/operations.js';
import type { QueryMembers, QueryType, QueryValue } from '../../src/metadata/queries.js';

const encoder = new TextEncoder();

export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

export interface MetadataTester {
  readonly machine: MetadataMachine;
  /** Of the log entry that was applied last: 1 for the first, whether it was accepted or not. */
  readonly index: number;
  /** In a batch of one at the next index, whatever it is; the image must be sound afterwards. */
  applyAny(operation: unknown): OperationAnswer;
  apply<Type extends OperationType>(type: Type, data: OperationData[Type], timestamp?: number): OperationAnswer;
  /** Must be accepted. */
  accept<Type extends OperationType>(type: Type, data: OperationData[Type], timestamp?: number): unknown;
  /** Must be rejected, and change nothing; the code. */
  reject<Type extends OperationType>(type: Type, data: OperationData[Type], timestamp?: number): string;
  ask<Type extends QueryType>(type: Type, members: QueryMembers[Type]): QueryValue[Type];
}

export const TIME = 1_000;

export function createTester(brokers = 0): MetadataTester {
  const machine = createMetadataMachine();
  let index = 0;
  const applyAny = (operation: unknown): OperationAnswer => {
    index += 1;
    machine.begin();
    const answer = machine.apply(encodeJson(operation), { index });
    machine.end();
    assert.equal(findViolations(machine.image()), []);
    return answer;
  };
  const tester: MetadataTester = {
    machine,
    get index() {
      return index;
    },
    applyAny,
    apply: (type, data, timestamp = TIME) => applyAny({ type, data, timestamp }),
    accept(type, data, timestamp) {
      const answer = tester.apply(type, data, timestamp);
      if ('error' in answer) throw new Error(`${type} was rejected: ${answer.error.message}`);
      return answer.value;
    },
    reject(type, data, timestamp) {
      const before = machine.image();
      const answer = tester.apply(type, data, timestamp);
      if (!('error' in answer)) throw new Error(`${type} was accepted: ${JSON.stringify(data)}`);
      assert.is(machine.image(), before, 'a rejected operation leaves the image as it is');
      return answer.error.code;
    },
    ask<Type extends QueryType>(type: Type, members: QueryMembers[Type]) {
      const answer = machine.query({ type, ...members });
      if ('error' in answer) throw new Error(`${type} was rejected: ${answer.error.message}`);
      return answer.value as QueryValue[Type];
    },
  };
  for (let id = 1; id <= brokers; id += 1) tester.accept('register_broker', { id, addr: `broker-${id}:9092` });
  return tester;
}

/** Partition 0 of topic 't' is on its way from brokers 1, 2 to 2, 3. */
export function withReassignment(lists: unknown = { addingReplicas: [3], removingReplicas: [1] }): MetadataTester {
  const tester = createTester(4);
  const assignment = [[1, 2, 3]];
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 3, assignment });
  const settled = tester.ask('get_partition', { topic: 't', partition: 0 });
  const text = new TextDecoder().decode(joinBytes(tester.machine.capture().serialize()));
  const moving = text.replace(canonicalJson(settled), canonicalJson({ ...settled, ...(lists as object) }));
  tester.machine.restore(encoder.encode(moving));
  return tester;
}
