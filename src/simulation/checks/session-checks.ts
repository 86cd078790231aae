/**
 * Checks of what a leader's controller makes of heartbeats (KIP-631). Nobody is fenced for silence before a whole
 * session of it, as that leader was awake to see it and since it began to lead; one that asks to shut down is fenced as
 * it wishes, once it leads nothing. What was decided holds until it shows, whatever is heard meanwhile. Only what was
 * heard of a registration is written down.
 */
import { isFenced } from '../../metadata/broker-states.js';
import { eachTopicRecord, findBroker, listPartitionsOf, type Image } from '../../metadata/image.js';
import type { BrokerHeartbeat } from '../../metadata/model.js';
import { decodeOperation } from '../../metadata/operation-codec.js';
import type { FenceBroker, RecordHeartbeats } from '../../metadata/operations.js';
import { must } from '../../assert.js';
import { lookAwakeMs } from '../own-time.js';
import type { SimulatedNode } from '../simulated-node.js';
import type { World } from '../world.js';
import { demand } from './violation.js';

interface Contact {
  readonly atMs: number;
  isWrittenDown: boolean;
}

/** What a node has heard since it leads, or leads no more. */
interface Leadership {
  readonly sinceMs: number;
  /** By registration. */
  readonly contacts: Map<string, Contact>;
  /** Registrations whose fence was proposed, until one is heard of that has been fenced. */
  readonly fenced: Set<string>;
}

/** Heard, not answered. */
interface ShutdownRequest {
  /** Open when it was heard. What follows under another one may have been decided earlier, in another state. */
  readonly admission: number | null;
}

export interface SessionWatch {
  /** By place. */
  readonly leaderships: Map<number, Leadership>;
  /** Of this registration, to this node. */
  readonly shutdownRequests: (node: SimulatedNode, registration: FenceBroker) => readonly ShutdownRequest[];
}

const CLOCK_TICK_MS = 1;

const keyOf = ({ brokerId, brokerEpoch }: FenceBroker): string => `${brokerId}:${brokerEpoch}`;

export function beginLeadership(world: World, { leaderships }: SessionWatch, node: SimulatedNode): void {
  leaderships.set(node.place, { sinceMs: lookAwakeMs(world, node), contacts: new Map(), fenced: new Set() });
}

export function noteHeard(world: World, watch: SessionWatch, node: SimulatedNode, beat: BrokerHeartbeat): void {
  const leadership = watch.leaderships.get(node.place);
  if (leadership === undefined) return;
  leadership.contacts.set(keyOf(beat), { atMs: lookAwakeMs(world, node), isWrittenDown: false });
  const info = findBroker(imageOf(node), beat.brokerId);
  if (info !== undefined && isFenced(info)) leadership.fenced.delete(keyOf(beat));
}

/** A fence for silence, or null: the command is something else. */
export function checkCommand(
  world: World,
  watch: SessionWatch,
  node: SimulatedNode,
  command: Uint8Array,
): FenceBroker | null {
  const { type, data } = decodeOperation(command) as { type: string; data: unknown };
  if (type === 'record_heartbeats') checkRecords(watch, node, data as RecordHeartbeats);
  return type === 'fence_broker' && isForSilence(world, watch, node, data as FenceBroker)
    ? (data as FenceBroker)
    : null;
}

function leadershipOf({ leaderships }: SessionWatch, { place }: SimulatedNode): Leadership {
  return must(leaderships.get(place), 'who proposes leads');
}

function imageOf({ machine }: SimulatedNode): Image {
  return must(machine.inner.controlled, 'metadata').image();
}

function isForSilence(world: World, watch: SessionWatch, node: SimulatedNode, fence: FenceBroker): boolean {
  const { sinceMs, contacts, fenced } = leadershipOf(watch, node);
  const silentMs = lookAwakeMs(world, node) - Math.max(sinceMs, contacts.get(keyOf(fence))?.atMs ?? 0);
  const { brokerSessionTimeoutMs } = world.plan;
  const isDue = silentMs >= brokerSessionTimeoutMs - CLOCK_TICK_MS;
  const isDecided = fenced.has(keyOf(fence));
  fenced.add(keyOf(fence));
  if (isDue || isDecided) return isDue;
  const requests = watch.shutdownRequests(node, fence);
  demand(
    requests.length > 0,
    'sessions of brokers',
    () =>
      `node ${node.member.id} fences broker ${fence.brokerId} after ${silentMs} ms of silence, ` +
      `where ${brokerSessionTimeoutMs} are due`,
  );
  const isAtOnce = requests.every(({ admission }) => admission === node.leadership?.admission);
  demand(
    !isAtOnce || !leadsAny(imageOf(node), fence.brokerId),
    'sessions of brokers',
    () => `node ${node.member.id} lets broker ${fence.brokerId} shut down, which still leads`,
  );
  return false;
}

function leadsAny(image: Image, brokerId: number): boolean {
  return [...eachTopicRecord(image)].flatMap(listPartitionsOf).some(({ leader }) => leader === brokerId);
}

/** One that is not supervised yet may be written down again and again, until it is. */
function checkRecords(watch: SessionWatch, node: SimulatedNode, { brokers }: RecordHeartbeats): void {
  const image = imageOf(node);
  const { contacts } = leadershipOf(watch, node);
  for (const registration of brokers) {
    const info = findBroker(image, registration.brokerId);
    const contact = contacts.get(keyOf(registration));
    demand(
      info?.supervised !== true || contact?.isWrittenDown === false,
      'sessions of brokers',
      () => `node ${node.member.id} writes a heartbeat of broker ${registration.brokerId} down, which it has not heard`,
    );
    if (contact !== undefined) contact.isWrittenDown = true;
  }
}
