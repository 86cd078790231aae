/**
 * What the controller of the leader has found out about brokers, as operations: fenced, back again, shutting down,
 * heard of. Each names the registration it was found out about, and changes nothing once there is another (KIP-631).
 * What a status means for partitions is `broker-status.ts`.
 */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { equalBrokers, readResources } from './broker-operations.js';
import { isFenced } from './broker-states.js';
import { replaceBroker } from './broker-status.js';
import type { ImageDraft } from './image.js';
import { findBroker } from './image.js';
import { putBroker } from './image-draft.js';
import type { InputReader } from './input-reader.js';
import { MAX_BROKER_ID, MAX_BROKERS_PER_OPERATION } from './limits.js';
import type { BrokerInfo, BrokerStatus } from './model.js';
import type { OperationContext, OperationHandler } from './operation-handler.js';

/** A broker that is fenced already keeps its status, 'dead' too. */
export const fenceBroker = statusChange((info) => (isFenced(info) ? info.status : 'unreachable'));

export const unfenceBroker = statusChange((info) => (isFenced(info) ? 'alive' : info.status));

/** As in KRaft, a fenced broker does not enter it. */
export const beginControlledShutdown = statusChange((info) => (isFenced(info) ? info.status : 'draining'));

function statusChange(statusAfter: (info: Readonly<BrokerInfo>) => BrokerStatus): OperationHandler {
  return (draft, input, context) => {
    const registration = readRegistration(input);
    if (input.problem !== undefined) return malformed(input.problem);
    const found = findRegistration(draft, registration);
    if ('error' in found) return found;
    const known = found.value;
    const status = statusAfter(known);
    if (status === known.status) return { value: known };
    const next = { ...known, status };
    replaceBroker(draft, next, context);
    return { value: next };
  };
}

/** The heartbeat of a registration that is over is passed over. */
export function recordHeartbeats(
  draft: ImageDraft,
  input: InputReader,
  { timestamp }: OperationContext,
): OperationAnswer {
  const beats = input.readers('brokers', MAX_BROKERS_PER_OPERATION).map((beat) => ({
    ...readRegistration(beat),
    agoMs: beat.integer('agoMs', 0, Number.MAX_SAFE_INTEGER),
    resources: readResources(beat),
  }));
  if (input.problem !== undefined) return malformed(input.problem);
  if (new Set(beats.map(({ brokerId }) => brokerId)).size < beats.length) return malformed('a broker is named twice');
  const heard: BrokerInfo[] = [];
  for (const beat of beats) {
    const found = findRegistration(draft, beat);
    if ('error' in found) continue;
    const known = found.value;
    const next: BrokerInfo = {
      ...known,
      resources: { ...known.resources, ...beat.resources },
      lastHeartbeat: Math.max(known.lastHeartbeat, timestamp - beat.agoMs),
      supervised: true,
    };
    if (!equalBrokers(next, known)) putBroker(draft, next);
    heard.push(next);
  }
  return { value: heard };
}

interface Registration {
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

function readRegistration(input: InputReader): Registration {
  return {
    brokerId: input.integer('brokerId', 1, MAX_BROKER_ID),
    brokerEpoch: input.integer('brokerEpoch', 0, Number.MAX_SAFE_INTEGER),
  };
}

function findRegistration(
  draft: ImageDraft,
  { brokerId, brokerEpoch }: Registration,
): OperationAnswer<Readonly<BrokerInfo>> {
  const known = findBroker(draft, brokerId);
  if (known === undefined) return rejected('BrokerNotFound', `broker ${brokerId} is not registered`);
  if (brokerEpoch === known.brokerEpoch) return { value: known };
  return rejected('StaleEpoch', `broker ${brokerId} has epoch ${known.brokerEpoch}, not ${brokerEpoch}`);
}
