/**
 * Looks for a property that does not hold, seed after seed, in whatever code stands beside this file: the sound one or
 * a copy with a defect. Each detector draws everything from the seed; none was made for one defect.
 */
import type { DetectorName } from '../seeded-defect.js';
import type { Workload } from '../../../src/simulation/workload.js';
import type { FileDurability } from '../../../src/storage/storage.js';

export interface Search {
  readonly detector: DetectorName;
  readonly maximumSeeds: number;
  readonly nodes?: number | undefined;
  readonly durability?: FileDurability | undefined;
}

export interface Found {
  /** Tried until it was found, that one included; of the run over all disk calls: calls at which the node crashed. */
  readonly seeds: number;
  /** The property that does not hold. */
  readonly check: string;
  readonly message: string;
}

interface Simulated {
  readonly nodes: number | undefined;
  readonly workload?: Workload;
}

/** Throws where a property does not hold. */
type TrySeed = (seed: number) => void | Promise<void>;

export async function search({ detector, maximumSeeds, nodes, durability }: Search): Promise<Found | null> {
  switch (detector) {
    case 'simulation':
      return searchSeeds(await simulation({ nodes }), maximumSeeds);
    case 'control plane':
      return searchSeeds(await controlPlane(nodes), maximumSeeds);
    case 'every disk call':
      return crashEverywhere(durability, maximumSeeds);
    case 'stability':
      return searchSeeds((await import('./stability.js')).disturb, maximumSeeds);
    case 'exactly once':
      return searchSeeds((await import('./exactly-once.js')).repeatWrites, maximumSeeds);
    case 'client':
      return searchSeeds((await import('./client.js')).write, maximumSeeds);
    case 'transport':
      return searchSeeds((await import('./transport.js')).carry, maximumSeeds);
    case 'metadata':
      return searchSeeds((await import('./metadata.js')).operate, maximumSeeds);
    case 'quorum':
      return searchSeeds((await import('./quorum.js')).countByHand, maximumSeeds);
    case 'etcd log': {
      const { shareLog } = await import('./etcd-log.js');
      return searchSeeds((seed) => void shareLog(seed), maximumSeeds);
    }
  }
}

async function searchSeeds(trySeed: TrySeed, maximumSeeds: number): Promise<Found | null> {
  for (let seed = 1; seed <= maximumSeeds; seed += 1) {
    try {
      await trySeed(seed);
    } catch (error) {
      return { seeds: seed, ...describe(error) };
    }
  }
  return null;
}

/** Anything but a finding is the code's own doing: one of its assertions, as a rule. */
function describe(error: unknown): { readonly check: string; readonly message: string } {
  if (!(error instanceof Error)) return { check: 'assertion', message: String(error) };
  const check = 'check' in error ? String(error.check) : 'assertion';
  return { check, message: error.message };
}

/** The metadata, its controllers and brokers. */
async function controlPlane(nodes: number | undefined): Promise<TrySeed> {
  const { metadataWorkload } = await import('../../../src/simulation/metadata-workload.js');
  return simulation({ nodes, workload: metadataWorkload });
}

async function simulation({ nodes, workload }: Simulated): Promise<TrySeed> {
  const { simulate } = await import('../../../src/simulation/simulation.js');
  return (seed) => {
    const { failure } = simulate({
      seed,
      ...(nodes === undefined ? {} : { nodes }),
      ...(workload === undefined ? {} : { workload }),
    });
    if (failure !== undefined) throw Object.assign(new Error(failure.message), { check: failure.check });
  };
}

async function crashEverywhere(durability: FileDurability = 'fsync', maximumCalls: number): Promise<Found | null> {
  const { crashAtEveryCall } = await import('../every-disk-call.js');
  const { calls, failure } = crashAtEveryCall(1, durability);
  return failure === null || calls > maximumCalls ? null : { seeds: calls, check: 'recovery', message: failure };
}
