/**
 * What the leader's controller knows of one broker besides the metadata: its session. What follows is
 * `broker-sessions.ts`.
 */
import { isFenced } from '../metadata/broker-states.js';
import type { BrokerInfo, BrokerResources } from '../metadata/model.js';

export type StepType = 'record_heartbeats' | 'fence_broker' | 'unfence_broker' | 'begin_controlled_shutdown';

/** What is to become of a broker, until the metadata shows it. */
interface Step {
  readonly type: StepType;
  /** Null: not yet. */
  proposedAt: number | null;
}

export interface Session {
  readonly brokerId: number;
  /** Of the registration that all this is about. */
  readonly brokerEpoch: number;
  /** When it was last heard of, or the session began. */
  contactAt: number;
  /** Its last heartbeat; null: none came to this leader. */
  beatAt: number | null;
  appliedIndex: number | undefined;
  resources: Partial<BrokerResources>;
  wasFenced: boolean;
  /** The index at which it was first seen draining; null: it is not. */
  drainedAt: number | null;
  step: Step | null;
}

export function startSession(info: Readonly<BrokerInfo>, now: number): Session {
  return {
    brokerId: info.id,
    brokerEpoch: info.brokerEpoch,
    contactAt: now,
    beatAt: null,
    appliedIndex: undefined,
    resources: {},
    wasFenced: isFenced(info),
    drainedAt: null,
    step: null,
  };
}

/** What has become of the broker, seen at `now` when `appliedIndex` was. */
export function followBroker(session: Session, info: Readonly<BrokerInfo>, now: number, appliedIndex: number): void {
  // Who is back has a full session, whoever brought him back.
  if (session.wasFenced && !isFenced(info)) session.contactAt = now;
  session.wasFenced = isFenced(info);
  session.drainedAt = info.status === 'draining' ? (session.drainedAt ?? appliedIndex) : null;
}

/** Its session ends when it falls silent. */
export function isWatched(info: Readonly<BrokerInfo> | undefined): boolean {
  return info?.supervised === true && !isFenced(info);
}

export function isDone(type: StepType, info: Readonly<BrokerInfo>): boolean {
  switch (type) {
    case 'record_heartbeats':
      return info.supervised === true;
    case 'fence_broker':
      return isFenced(info);
    case 'unfence_broker':
      return !isFenced(info);
    case 'begin_controlled_shutdown':
      return info.status !== 'alive';
  }
}

export function hasNews(told: Partial<BrokerResources>, known: Readonly<BrokerResources>): boolean {
  return (Object.keys(told) as (keyof BrokerResources)[]).some((name) => told[name] !== known[name]);
}
