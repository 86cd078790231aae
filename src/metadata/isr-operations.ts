/**
 * A leader's report of who is in sync with it: KRaft's AlterPartition, its checks and their order. All epochs must be
 * those of the metadata. One that is higher was given to an earlier partition of this name, since what is applied here
 * is the log itself, never older than any epoch given out; so it is as stale as a lower one.
 */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import type { Refusal } from './assignment.js';
import { checkSubset } from './assignment.js';
import { brokerStates } from './broker-states.js';
import type { ImageDraft, ReadableImage } from './image.js';
import { findBroker } from './image.js';
import type { InputReader } from './input-reader.js';
import { electionOf } from './leader-election.js';
import { MAX_BROKER_ID } from './limits.js';
import type { PartitionInfo } from './model.js';
import type { AlterIsr } from './operations.js';
import type { OperationContext } from './operation-handler.js';
import { changedPartition } from './partition-change.js';
import { findPlace, readPlace, readReplicas } from './partition-place.js';
import { writePartitions } from './partition-writes.js';
import { withIsr } from './reassignment.js';

export function alterIsr(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const isr = readReplicas(input, 'isr');
  const report: AlterIsr = {
    ...readPlace(input),
    brokerId: input.integer('brokerId', 1, MAX_BROKER_ID),
    brokerEpoch: input.integer('brokerEpoch', 0, Number.MAX_SAFE_INTEGER),
    leaderEpoch: input.integer('leaderEpoch', 0, Number.MAX_SAFE_INTEGER),
    partitionEpoch: input.integer('partitionEpoch', 0, Number.MAX_SAFE_INTEGER),
    isr,
  };
  if (input.problem !== undefined) return malformed(input.problem);
  const stale = checkBrokerEpoch(draft, report);
  if (stale !== undefined) return stale;
  const found = findPlace(draft, report);
  if ('error' in found) return found;
  const { record, partition } = found.value;
  const refusal = checkReport(partition, report) ?? checkEligible(draft, isr);
  if (refusal !== undefined) return refusal;
  const context = { election: electionOf(record.info.config), brokers: brokerStates(draft), timestamp };
  const next = changedPartition(partition, withIsr(partition, isr), context);
  if (next === partition) return { value: partition };
  writePartitions(draft, [next]);
  return { value: next };
}

function checkBrokerEpoch(image: ReadableImage, { brokerId, brokerEpoch }: AlterIsr): Refusal {
  const broker = findBroker(image, brokerId);
  if (broker === undefined) return rejected('BrokerNotFound', `broker ${brokerId} is not registered`);
  if (brokerEpoch === broker.brokerEpoch) return undefined;
  return rejected('StaleEpoch', `broker ${brokerId} has epoch ${broker.brokerEpoch}, not ${brokerEpoch}`);
}

function checkReport(partition: PartitionInfo, { brokerId, leaderEpoch, partitionEpoch, isr }: AlterIsr): Refusal {
  if (leaderEpoch !== partition.leaderEpoch || partitionEpoch > partition.partitionEpoch) {
    return staleEpoch(partition);
  }
  if (brokerId !== partition.leader) {
    return rejected('InvalidArgument', `broker ${brokerId} does not lead the partition, ${partition.leader} does`);
  }
  if (partitionEpoch !== partition.partitionEpoch) return staleEpoch(partition);
  const stray = checkSubset(isr, partition.replicas, 'isr');
  if (stray !== undefined) return rejected('InvalidArgument', stray.error.message);
  return isr.includes(brokerId) ? undefined : rejected('InvalidArgument', `the leader ${brokerId} is not in its ISR`);
}

function staleEpoch({ leaderEpoch, partitionEpoch }: PartitionInfo): Refusal {
  return rejected(
    'StaleEpoch',
    `the partition is at leader epoch ${leaderEpoch} and partition epoch ${partitionEpoch}`,
  );
}

function checkEligible(image: ReadableImage, isr: readonly number[]): Refusal {
  const { isActive } = brokerStates(image);
  const ineligible = isr.find((id) => !isActive(id));
  if (ineligible === undefined) return undefined;
  const status = findBroker(image, ineligible)?.status ?? 'not registered';
  return rejected('IneligibleReplica', `broker ${ineligible} is ${status} and cannot be in sync`);
}
