/** A seed of the swarm: what the cluster replicates is drawn from it too. */
import { drawFraction } from '../random.js';
import { randomOf } from './actions.js';
import { digestWorkload } from './digest-workload.js';
import { metadataWorkload } from './metadata-workload.js';
import { simulate, type SimulationOptions, type SimulationResult } from './simulation.js';

/** Apart from the numbers of actions. */
const WORKLOAD_PURPOSE = -2;
/** The metadata costs several times what the core does: the other seeds look at the core alone. */
const METADATA_RATE = 0.2;
/** Long enough for what comes late: logs compacted many times, members replaced one after the other. */
const MEAN_EVENTS = 30_000;

export function simulateSeed(options: Omit<SimulationOptions, 'workload'>): SimulationResult {
  const isMetadata = drawFraction(randomOf(options.seed, WORKLOAD_PURPOSE)) < METADATA_RATE;
  return simulate({ meanEvents: MEAN_EVENTS, ...options, workload: isMetadata ? metadataWorkload : digestWorkload });
}
