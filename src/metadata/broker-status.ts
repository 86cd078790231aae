/**
 * What a broker's status means for the partitions in whose replica lists it stands, as in Kafka's
 * `generateLeaderAndIsrUpdates`: one that is no longer active leaves the ISRs and its leaderships; an active one may lead
 * what has no leader. Costs as much as the broker has partitions, however many others there are.
 */
import { brokerStates, isFencedStatus } from './broker-states.js';
import type { BrokerRecord, ImageDraft } from './image.js';
import { findBroker, findTopic, putBroker } from './image.js';
