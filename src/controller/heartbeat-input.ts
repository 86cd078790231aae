/** Heartbeats as they come in: anything, until they have been read. */
import type { OperationAnswer } from '../metadata/answer.js';
import { malformed } from '../metadata/answer.js';
import { readResources } from '../metadata/broker-operations.js';
import { readGeneration, readGroupId, readMemberId } from '../metadata/groups/group-input.js';
import { InputReader } from '../metadata/input-reader.js';
import { isControllerRequest } from '../metadata/controller-requests.js';
import { MAX_BROKER_ID } from '../metadata/limits.js';
import type { BrokerHeartbeat } from '../metadata/model.js';
import type { ControllerRequestMembers, ControllerRequestType } from '../metadata/queries.js';

export type ControllerRequest = {
  readonly [Type in ControllerRequestType]: { readonly type: Type; readonly beat: ControllerRequestMembers[Type] };
}[ControllerRequestType];

/** Undefined: the request is something else. */
export function readControllerRequest(request: unknown): OperationAnswer<ControllerRequest> | undefined {
  if (!isControllerRequest(request)) return undefined;
  const input = new InputReader(request, 'heartbeat.');
  const read: ControllerRequest =
    request.type === 'broker_heartbeat'
      ? { type: 'broker_heartbeat', beat: readBrokerHeartbeat(input) }
      : { type: 'group_heartbeat', beat: readGroupHeartbeat(input) };
  return input.problem === undefined ? { value: read } : malformed(input.problem);
}

function readBrokerHeartbeat(input: InputReader): BrokerHeartbeat {
  const beat: BrokerHeartbeat = {
    brokerId: input.integer('brokerId', 1, MAX_BROKER_ID),
    brokerEpoch: input.integer('brokerEpoch', 0, Number.MAX_SAFE_INTEGER),
    shuttingDown: input.flag('shuttingDown'),
    resources: readResources(input),
  };
  if (input.has('appliedIndex')) beat.appliedIndex = input.integer('appliedIndex', 0, Number.MAX_SAFE_INTEGER);
  return beat;
}

function readGroupHeartbeat(input: InputReader): ControllerRequestMembers['group_heartbeat'] {
  return { groupId: readGroupId(input), memberId: readMemberId(input), generation: readGeneration(input) };
}
