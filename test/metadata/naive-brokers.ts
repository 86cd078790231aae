/**
 * What becomes of brokers, as plainly as possible, on the one object of `naive-model.ts`. Shares nothing with
 * `src/metadata` but the types.
 */
import type { BrokerInfo, BrokerStatus, ClusterMetadata } from '../../src/metadata/model.js';
import type { OperationData } from '../../src/metadata/operations.js';
import { isId, require } from './refusal.js';

/** The status is the new one already. */
type StatusChanged = (id: number, before: BrokerStatus) => void;

export class NaiveBrokers {
  readonly #brokers: ClusterMetadata['brokers'];
  readonly #partitions: ClusterMetadata['partitions'];
  readonly #statusChanged: StatusChanged;
  readonly #timestamp: number;

  constructor({ brokers, partitions }: ClusterMetadata, statusChanged: StatusChanged, timestamp: number) {
    this.#brokers = brokers;
    this.#partitions = partitions;
    this.#statusChanged = statusChanged;
    this.#timestamp = timestamp;
  }

  register({ id, addr, rack = '', resources, incarnationId }: OperationData['register_broker'], index: number) {
    require(isId(id) && /^[a-z]+:[1-9]\d*$/.test(addr) && incarnationId !== '', 'InvalidArgument');
    const known = this.#brokers[id];
    if (known !== undefined) {
      require(incarnationId !== undefined, 'BrokerExists');
      if (incarnationId === known.incarnationId) {
        return Object.assign(known, { addr, rack, resources: { ...known.resources, ...resources } });
      }
      require(isFenced(known.status), 'BrokerExists');
    }
    const none = { diskTotalBytes: 0, diskUsedBytes: 0, diskAvailableBytes: 0, networkBandwidthBytesPerSecond: 0 };
    const broker: BrokerInfo = {
      id,
      addr,
      status: 'alive',
      resources: { ...none, cpuCores: 0, memoryTotalBytes: 0, memoryUsedBytes: 0, ...resources },
      rack,
      registeredAt: this.#timestamp,
      lastHeartbeat: this.#timestamp,
      brokerEpoch: index,
    };
    if (incarnationId !== undefined) broker.incarnationId = incarnationId;
    if (known?.supervised === true) broker.supervised = true;
    this.#brokers[id] = broker;
    if (known !== undefined) this.#statusChanged(id, known.status);
    return broker;
  }

  unregister({ id }: OperationData['unregister_broker']): null {
    require(isId(id), 'InvalidArgument');
    require(id in this.#brokers, 'BrokerNotFound');
    require(!Object.values(this.#partitions).some(({ replicas }) => replicas.includes(id)), 'InvalidAssignment');
    Reflect.deleteProperty(this.#brokers, id);
    return null;
  }

  update({ id, change }: OperationData['update_broker']): BrokerInfo {
    require(isId(id), 'InvalidArgument');
    const broker = this.#brokers[id];
    require(broker !== undefined, 'BrokerNotFound');
    const { status } = broker;
    Object.assign(broker, change, { resources: { ...broker.resources, ...change.resources } });
    this.#statusChanged(id, status);
    return broker;
  }

  fence(of: OperationData['fence_broker']): BrokerInfo {
    return this.#change(of, (status) => (isFenced(status) ? status : 'unreachable'));
  }

  unfence(of: OperationData['unfence_broker']): BrokerInfo {
    return this.#change(of, (status) => (isFenced(status) ? 'alive' : status));
  }

  beginControlledShutdown(of: OperationData['begin_controlled_shutdown']): BrokerInfo {
    return this.#change(of, (status) => (status === 'alive' ? 'draining' : status));
  }

  recordHeartbeats({ brokers }: OperationData['record_heartbeats']): BrokerInfo[] {
    for (const { brokerId, brokerEpoch, agoMs } of brokers) {
      require(isId(brokerId) && brokerEpoch >= 0 && agoMs >= 0, 'InvalidArgument');
    }
    require(new Set(brokers.map(({ brokerId }) => brokerId)).size === brokers.length, 'InvalidArgument');
    return brokers.flatMap(({ brokerId, brokerEpoch, agoMs, resources }) => {
      const broker = this.#brokers[brokerId];
      if (broker?.brokerEpoch !== brokerEpoch) return [];
      broker.supervised = true;
      broker.lastHeartbeat = Math.max(broker.lastHeartbeat, this.#timestamp - agoMs);
      Object.assign(broker.resources, resources);
      return [structuredClone(broker)];
    });
  }

  #change(of: OperationData['fence_broker'], statusAfter: (status: BrokerStatus) => BrokerStatus): BrokerInfo {
    require(isId(of.brokerId) && of.brokerEpoch >= 0, 'InvalidArgument');
    const broker = this.#brokers[of.brokerId];
    require(broker !== undefined, 'BrokerNotFound');
    require(broker.brokerEpoch === of.brokerEpoch, 'StaleEpoch');
    const { status } = broker;
    broker.status = statusAfter(status);
    this.#statusChanged(broker.id, status);
    return broker;
  }
}

function isFenced(status: BrokerStatus): boolean {
  return status === 'dead' || status === 'unreachable';
}
