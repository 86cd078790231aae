/**
 * The controller of the node that leads: what it does with the metadata over time. Pure: an image, what it has heard,
 * and a moment, to operations. Its parts know nothing of each other.
 */
import { rejected } from '../metadata/answer.js';
import type { MetadataMachine } from '../metadata/metadata-state-machine.js';
import type { Operation } from '../metadata/model.js';
import { operationToText } from '../metadata/operation-codec.js';
import type { HostedController, Moment } from '../state-machine/hosted-controller.js';
import { BrokerSessions } from './broker-sessions.js';
import type { ControllerPart } from './controller-part.js';
import { readHeartbeat } from './heartbeat-input.js';
import { balanceLeaders } from './leader-balance.js';
import { PeriodicElections } from './periodic-elections.js';
import { electLeaderless } from './unclean-elections.js';

export interface ControllerOptions {
  readonly brokerSessionTimeoutMs: number;
}

const encoder = new TextEncoder();

/** `machine`: asked for its image between batches. */
export function createController(
  machine: Pick<MetadataMachine, 'image'>,
  options: ControllerOptions,
): HostedController {
  const sessions = new BrokerSessions(options.brokerSessionTimeoutMs);
  const parts: readonly ControllerPart[] = [
    sessions,
    new PeriodicElections(balanceLeaders),
    new PeriodicElections(electLeaderless),
  ];
  let leads = false;
  return {
    lead(moment) {
      leads = true;
      for (const part of parts) part.lead(moment);
    },
    resign() {
      leads = false;
    },
    hear(requests, moment) {
      if (!leads) return;
      for (const request of requests) {
        const beat = readHeartbeat(request);
        if (beat !== undefined && 'value' in beat) sessions.hear(machine.image(), beat.value, moment);
      }
    },
    answer(request, moment) {
      const beat = readHeartbeat(request);
      if (beat === undefined || 'error' in beat) return beat;
      if (!leads) return rejected('NotLeader', 'this node does not lead');
      return sessions.answer(machine.image(), beat.value, moment);
    },
    takeProposals(moment) {
      const image = machine.image();
      return parts.flatMap((part) => part.operations(image, moment)).map((operation) => encode(operation, moment));
    },
    nextWakeUp: (moment) => Math.min(...parts.map((part) => part.nextWakeUp(moment))),
  };
}

function encode(operation: Operation, { unixMs }: Moment): Uint8Array {
  return encoder.encode(operationToText(operation, unixMs));
}
