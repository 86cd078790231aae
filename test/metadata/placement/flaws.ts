/**
 * What must hold of every partition that a strategy places which knows racks, said without any of its steps; for the
 * tests of placement and for the model of all operations.
 */
import type { BrokerInfo, PartitionInfo } from '../../../src/metadata/model.js';
import type { MetadataMachine } from '../../../src/metadata/metadata-state-machine.js';

type PlacedBroker = Pick<BrokerInfo, 'id' | 'rack' | 'status'>;

/** Undefined: as it should be. `usable`: who may take replicas. */
export function flawOf(
  replicas: readonly number[],
  replicationFactor: number,
  usable: readonly PlacedBroker[],
): string | undefined {
  if (replicas.length !== replicationFactor) return `${replicas.length} where the factor is ${replicationFactor}`;
  if (new Set(replicas).size !== replicas.length) return 'a broker twice';
  const chosen = replicas.map((id) => usable.find((broker) => broker.id === id));
  if (chosen.includes(undefined)) return 'a broker that may take none';
  if (chosen[0]?.status !== 'alive') return 'a leader that is fenced';
  for (const rack of new Set(usable.map((broker) => broker.rack))) {
    const flaw = flawOfRack(rack, replicas, usable);
    if (flaw !== undefined) return `rack "${rack}": ${flaw}`;
  }
  return undefined;
}

/** One more replica than in another rack only if that one has no broker left; a fenced one only after the others. */
function flawOfRack(rack: string, replicas: readonly number[], usable: readonly PlacedBroker[]): string | undefined {
  const held = (name: string): number =>
    usable.filter((broker) => broker.rack === name && replicas.includes(broker.id)).length;
  for (const other of usable) {
    if (held(rack) > held(other.rack) + 1 && !replicas.includes(other.id)) {
      return `${held(rack)} replicas, where rack "${other.rack}" has ${held(other.rack)} and broker ${other.id}`;
    }
  }
  const members = usable.filter((broker) => broker.rack === rack);
  const isFencedTaken = members.some(({ id, status }) => status !== 'alive' && replicas.includes(id));
  const idle = members.find(({ id, status }) => status === 'alive' && !replicas.includes(id));
  return isFencedTaken && idle !== undefined ? `a fenced broker before broker ${idle.id}` : undefined;
}

/** The replicas of a topic's partitions. */
export function placedIn(machine: MetadataMachine): (topic: string) => number[][] {
  return (topic) => {
    const answer = machine.query({ type: 'list_partitions', topic });
    return 'value' in answer ? (answer.value as PartitionInfo[]).map(({ replicas }) => replicas) : [];
  };
}
