/** The heartbeat of a broker as it comes in: anything, until it has been read. */
import type { OperationAnswer } from '../metadata/answer.js';
import { malformed } from '../metadata/answer.js';
import { readResources } from '../metadata/broker-operations.js';
import { InputReader } from '../metadata/input-reader.js';
import { MAX_BROKER_ID } from '../metadata/limits.js';
import type { BrokerHeartbeat } from '../metadata/model.js';
import type { ControllerRequestType } from '../metadata/queries.js';

const HEARTBEAT_TYPE: ControllerRequestType = 'broker_heartbeat';

/** Undefined: the request is something else. */
export function readHeartbeat(request: unknown): OperationAnswer<BrokerHeartbeat> | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  if ((request as Record<string, unknown>)['type'] !== HEARTBEAT_TYPE) return undefined;
  const input = new InputReader(request, 'heartbeat.');
  const beat: BrokerHeartbeat = {
    brokerId: input.integer('brokerId', 1, MAX_BROKER_ID),
    brokerEpoch: input.integer('brokerEpoch', 0, Number.MAX_SAFE_INTEGER),
    shuttingDown: input.flag('shuttingDown'),
    resources: readResources(input),
  };
  if (input.has('appliedIndex')) beat.appliedIndex = input.integer('appliedIndex', 0, Number.MAX_SAFE_INTEGER);
  return input.problem === undefined ? { value: beat } : malformed(input.problem);
}
