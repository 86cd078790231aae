/** A metadata machine with short ways to apply and ask, for the tests of this folder. */
import * as assert from 'uvu/assert';
import type { OperationAnswer } from '../../src/metadata/answer.js';
import { findViolations } from '../../src/metadata/invariants.js';
import type { MetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import type { OperationData, OperationType } from '../../src/metadata/operations.js';
import { NotYet } from '../../src/state-machine/state-machine.js';
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
    assert.equal(findViolations(machine.image(), machine.replicas()), []);
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
      if (answer instanceof NotYet) throw new Error(`${type} has no answer yet`);
      if ('error' in answer) throw new Error(`${type} was rejected: ${answer.error.message}`);
      return answer.value as QueryValue[Type];
    },
  };
  for (let id = 1; id <= brokers; id += 1) tester.accept('register_broker', { id, addr: `broker-${id}:9092` });
  return tester;
}
