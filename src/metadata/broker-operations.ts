/** Brokers: register, unregister, update. A broker that stands in a replica list cannot go. */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { replaceBroker } from './broker-status.js';
import type { ImageDraft } from './image.js';
import { findBroker } from './image.js';
import { putBroker, removeBroker } from './image-draft.js';
import type { InputReader } from './input-reader.js';
import { MAX_ADDRESS_LENGTH, MAX_BROKER_ID, MAX_INCARNATION_ID_LENGTH, MAX_RACK_LENGTH } from './limits.js';
import type { BrokerInfo, BrokerResources, BrokerStatus } from './model.js';
import type { OperationContext } from './operation-handler.js';
import { countReplicasOf } from './replicas-of-broker.js';

const STATUSES: readonly BrokerStatus[] = ['alive', 'dead', 'draining', 'unreachable'];

const NO_RESOURCES: Readonly<BrokerResources> = {
  diskTotalBytes: 0,
  diskUsedBytes: 0,
  diskAvailableBytes: 0,
  networkBandwidthBytesPerSecond: 0,
  cpuCores: 0,
  memoryTotalBytes: 0,
  memoryUsedBytes: 0,
};
const RESOURCE_NAMES = Object.keys(NO_RESOURCES) as (keyof BrokerResources)[];

/** A host name, an IPv4 address or an IPv6 address in brackets; then a port. */
const ADDRESS = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*)|\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?\]):([0-9]{1,5})$/;
const MAX_PORT = 65_535;

export function registerBroker(
  draft: ImageDraft,
  input: InputReader,
  { index, timestamp }: OperationContext,
): OperationAnswer {
  const id = input.integer('id', 1, MAX_BROKER_ID);
  const info: BrokerInfo = {
    id,
    addr: readAddress(input),
    status: 'alive',
    resources: readResources(NO_RESOURCES, input),
    rack: input.has('rack') ? readRack(input) : '',
    registeredAt: timestamp,
    lastHeartbeat: timestamp,
    ...readIncarnation(input),
    brokerEpoch: index,
  };
  if (input.problem !== undefined) return malformed(input.problem);
  if (findBroker(draft, id) !== undefined) return rejected('BrokerExists', `broker ${id} is registered already`);
  putBroker(draft, info);
  return { value: info };
}

/** A whole record, as it was answered; worthless if the input has a problem. */
export function readBrokerInfo(input: InputReader): BrokerInfo {
  return {
    id: input.integer('id', 1, MAX_BROKER_ID),
    addr: readAddress(input),
    status: input.choice('status', STATUSES) ?? 'alive',
    resources: readResources(NO_RESOURCES, input),
    rack: readRack(input),
    registeredAt: input.integer('registeredAt', 0, Number.MAX_SAFE_INTEGER),
    lastHeartbeat: input.integer('lastHeartbeat', 0, Number.MAX_SAFE_INTEGER),
    ...readIncarnation(input),
    brokerEpoch: input.integer('brokerEpoch', 0, Number.MAX_SAFE_INTEGER),
  };
}

export function unregisterBroker(draft: ImageDraft, input: InputReader): OperationAnswer {
  const id = input.integer('id', 1, MAX_BROKER_ID);
  if (input.problem !== undefined) return malformed(input.problem);
  const broker = findBroker(draft, id);
  if (broker === undefined) return rejected('BrokerNotFound', `broker ${id} is not registered`);
  const replicas = countReplicasOf(draft, id);
  if (replicas > 0) return rejected('InvalidAssignment', `broker ${id} still holds ${replicas} replicas`);
  removeBroker(draft, broker);
  return { value: null };
}

export function updateBroker(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const id = input.integer('id', 1, MAX_BROKER_ID);
  const change = input.nested('change');
  const broker = findBroker(draft, id);
  const base = broker?.resources ?? NO_RESOURCES;
  const wanted: Partial<BrokerInfo> = {};
  if (change.has('addr')) wanted.addr = readAddress(change);
  if (change.has('rack')) wanted.rack = readRack(change);
  if (change.has('status')) wanted.status = change.choice('status', STATUSES) ?? 'alive';
  if (change.has('resources')) wanted.resources = readResources(base, change);
  if (change.has('lastHeartbeat')) wanted.lastHeartbeat = change.integer('lastHeartbeat', 0, Number.MAX_SAFE_INTEGER);
  if (input.problem !== undefined) return malformed(input.problem);
  if (broker === undefined) return rejected('BrokerNotFound', `broker ${id} is not registered`);
  const next: BrokerInfo = { ...broker, ...wanted };
  if (equalBrokers(next, broker)) return { value: broker };
  replaceBroker(draft, next, timestamp);
  return { value: next };
}

function readAddress(input: InputReader): string {
  return input.text('addr', 'host:port', (text) => {
    const port = text.length <= MAX_ADDRESS_LENGTH ? Number(ADDRESS.exec(text)?.[1] ?? 0) : 0;
    return port >= 1 && port <= MAX_PORT;
  });
}

function readRack(input: InputReader): string {
  return input.text(
    'rack',
    `a text of at most ${MAX_RACK_LENGTH} characters`,
    (text) => text.length <= MAX_RACK_LENGTH,
  );
}

function readIncarnation(input: InputReader): Pick<BrokerInfo, 'incarnationId'> {
  if (!input.has('incarnationId')) return {};
  const wanted = `a text of 1 to ${MAX_INCARNATION_ID_LENGTH} characters`;
  const fits = ({ length }: string): boolean => length >= 1 && length <= MAX_INCARNATION_ID_LENGTH;
  return { incarnationId: input.text('incarnationId', wanted, fits) };
}

function readResources(base: Readonly<BrokerResources>, input: InputReader): BrokerResources {
  const resources = { ...base };
  if (!input.has('resources')) return resources;
  const members = input.nested('resources');
  for (const name of RESOURCE_NAMES) if (members.has(name)) resources[name] = members.amount(name);
  return resources;
}

function equalBrokers(a: Readonly<BrokerInfo>, b: Readonly<BrokerInfo>): boolean {
  return (
    a.addr === b.addr &&
    a.rack === b.rack &&
    a.status === b.status &&
    a.lastHeartbeat === b.lastHeartbeat &&
    RESOURCE_NAMES.every((name) => a.resources[name] === b.resources[name])
  );
}
