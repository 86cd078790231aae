/**
 * Brokers: register, unregister, update. A broker that stands in a replica list cannot go. What the controller says of
 * them is `broker-lifecycle.ts`.
 */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { isFenced } from './broker-states.js';
import { replaceBroker } from './broker-status.js';
import type { ImageDraft } from './image.js';
import { findBroker } from './image.js';
import { putBroker, removeBroker } from './image-draft.js';
import type { InputReader } from './input-reader.js';
import { MAX_ADDRESS_LENGTH, MAX_BROKER_ID, MAX_INCARNATION_ID_LENGTH, MAX_RACK_LENGTH } from './limits.js';
import type { BrokerInfo, BrokerResources, BrokerStatus } from './model.js';
import type { OperationContext } from './operation-handler.js';

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

export function registerBroker(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const { index, timestamp } = context;
  const id = input.integer('id', 1, MAX_BROKER_ID);
  const info: BrokerInfo = {
    id,
    addr: readAddress(input),
    status: 'alive',
    resources: { ...NO_RESOURCES, ...readResources(input) },
    rack: input.has('rack') ? readRack(input) : '',
    registeredAt: timestamp,
    lastHeartbeat: timestamp,
    ...readIncarnation(input),
    brokerEpoch: index,
  };
  if (input.problem !== undefined) return malformed(input.problem);
  const known = findBroker(draft, id);
  if (known !== undefined) {
    const again = registeredAgain(known, info, readResources(input));
    return 'error' in again ? again : replaced(draft, known, again.value, context);
  }
  putBroker(draft, info);
  return { value: info };
}

/**
 * As in KRaft: the same incarnation amends what it said of itself; another one takes over once the session of the one
 * before has ended, and is supervised if that one was. Who names no incarnation is not known again.
 */
function registeredAgain(
  known: Readonly<BrokerInfo>,
  wanted: BrokerInfo,
  resources: Partial<BrokerResources>,
): OperationAnswer<BrokerInfo> {
  const { id, addr, rack, incarnationId } = wanted;
  if (incarnationId === undefined) return rejected('BrokerExists', `broker ${id} is registered already`);
  if (incarnationId === known.incarnationId) {
    return { value: { ...known, addr, rack, resources: { ...known.resources, ...resources } } };
  }
  if (!isFenced(known)) {
    return rejected('BrokerExists', `broker ${id} is registered by another incarnation, which is not fenced`);
  }
  return { value: known.supervised === undefined ? wanted : { ...wanted, supervised: known.supervised } };
}

function replaced(
  draft: ImageDraft,
  known: Readonly<BrokerInfo>,
  next: BrokerInfo,
  context: OperationContext,
): OperationAnswer {
  if (next.brokerEpoch === known.brokerEpoch && equalBrokers(next, known)) return { value: known };
  replaceBroker(draft, next, context);
  return { value: next };
}

/** A whole record, as it was answered; worthless if the input has a problem. */
export function readBrokerInfo(input: InputReader): BrokerInfo {
  return {
    id: input.integer('id', 1, MAX_BROKER_ID),
    addr: readAddress(input),
    status: input.choice('status', STATUSES) ?? 'alive',
    resources: { ...NO_RESOURCES, ...readResources(input) },
    rack: readRack(input),
    registeredAt: input.integer('registeredAt', 0, Number.MAX_SAFE_INTEGER),
    lastHeartbeat: input.integer('lastHeartbeat', 0, Number.MAX_SAFE_INTEGER),
    ...readIncarnation(input),
    brokerEpoch: input.integer('brokerEpoch', 0, Number.MAX_SAFE_INTEGER),
    ...(input.flag('supervised') ? { supervised: true } : {}),
  };
}

export function unregisterBroker(
  draft: ImageDraft,
  input: InputReader,
  { replicas }: OperationContext,
): OperationAnswer {
  const id = input.integer('id', 1, MAX_BROKER_ID);
  if (input.problem !== undefined) return malformed(input.problem);
  const broker = findBroker(draft, id);
  if (broker === undefined) return rejected('BrokerNotFound', `broker ${id} is not registered`);
  const count = replicas.replicaCount(id);
  if (count > 0) return rejected('InvalidAssignment', `broker ${id} still holds ${count} replicas`);
  removeBroker(draft, broker);
  return { value: null };
}

export function updateBroker(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const id = input.integer('id', 1, MAX_BROKER_ID);
  const change = input.nested('change');
  const known = findBroker(draft, id);
  const wanted: Partial<BrokerInfo> = {};
  if (change.has('addr')) wanted.addr = readAddress(change);
  if (change.has('rack')) wanted.rack = readRack(change);
  if (change.has('status')) wanted.status = change.choice('status', STATUSES) ?? 'alive';
  const resources = { ...(known?.resources ?? NO_RESOURCES), ...readResources(change) };
  if (change.has('lastHeartbeat')) wanted.lastHeartbeat = change.integer('lastHeartbeat', 0, Number.MAX_SAFE_INTEGER);
  if (input.problem !== undefined) return malformed(input.problem);
  if (known === undefined) return rejected('BrokerNotFound', `broker ${id} is not registered`);
  return replaced(draft, known, { ...known, ...wanted, resources }, context);
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

/** Those that are given. */
export function readResources(input: InputReader): Partial<BrokerResources> {
  const resources: Partial<BrokerResources> = {};
  if (!input.has('resources')) return resources;
  const members = input.nested('resources');
  for (const name of RESOURCE_NAMES) if (members.has(name)) resources[name] = members.amount(name);
  return resources;
}

export function equalBrokers(a: Readonly<BrokerInfo>, b: Readonly<BrokerInfo>): boolean {
  return (
    a.addr === b.addr &&
    a.rack === b.rack &&
    a.status === b.status &&
    a.lastHeartbeat === b.lastHeartbeat &&
    a.supervised === b.supervised &&
    RESOURCE_NAMES.every((name) => a.resources[name] === b.resources[name])
  );
}
