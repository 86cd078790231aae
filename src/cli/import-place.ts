/**
 * Where an import goes, and an export comes from: a folder in which no cluster runs, or a cluster that runs, asked by
 * HTTP. What is to be done there is for `import.ts` and `export.ts` to say.
 */

import { readMetadata, startCluster } from '../index.js';
import type { BrokerInfo, ClusterMetadata, MetadataStore, PartitionInfo, TopicInfo, Wait } from '../index.js';
import { WITHOUT_HEARTBEATS } from './heartbeats.js';
import type { Progress } from './progress.js';
import type { FilledStore } from './provision.js';
import { connect, segment, type Remote } from './remote.js';
import { packageVersion } from './version.js';

/** So many are within the size of a request, whatever their names. */
const PARTITIONS_AT_ONCE = 1_000;

/** As it is asked for. */
export type PlaceRequest = { data: string } | { url: string; token: string | null };

/** What an import asks of a store. */
export type ImportedStore = FilledStore & Pick<MetadataStore, 'alterReassignments'>;

export interface Place {
  /** For people. */
  name: string;
  /** All that it holds, as of one moment. */
  metadata(): Promise<ClusterMetadata>;
  /** Calls of its store, once there is one; `wait` is for all of it. */
  change(wait: Wait, progress: Progress, calls: (store: ImportedStore) => Promise<void>): Promise<void>;
}

/** `timeoutMs`: for all of it; null: each call to a cluster that runs has its own. */
export function placeOf(request: PlaceRequest, timeoutMs: number | null, interrupt: AbortSignal): Place {
  if ('data' in request) return folder(request.data);
  return running(connect({ ...request, version: packageVersion(), timeoutMs, interrupt }));
}

function folder(dataDir: string): Place {
  return {
    name: dataDir,
    metadata: async () => (await readMetadata(dataDir)).state,
    async change(wait, progress, calls) {
      progress.begin(`Starting the nodes of ${dataDir}`);
      const cluster = await startCluster({ ...WITHOUT_HEARTBEATS, dataDir, ...startLimits(wait) });
      try {
        progress.begin(`Importing into ${dataDir}`);
        await calls(cluster.store());
        progress.begin(`Stopping the nodes of ${dataDir}`);
      } finally {
        await cluster.stop();
      }
    },
  };
}

function startLimits({ timeoutMs, signal }: Wait): { startTimeoutMs?: number; signal?: AbortSignal } {
  return {
    ...(timeoutMs === undefined ? {} : { startTimeoutMs: timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function running(remote: Remote): Place {
  return {
    name: remote.url,
    metadata: async () => (await remote.get('/metadata')) as ClusterMetadata,
    async change(_, progress, calls) {
      progress.begin(`Importing into ${remote.url}`);
      await calls(storeAt(remote));
    },
  };
}

/** One call at a time, however many are made at once: each is a request, and a service bounds those of one client. */
function storeAt(remote: Remote): ImportedStore {
  let last: Promise<unknown> = Promise.resolve();
  const send = <Result>(...request: Parameters<Remote['send']>): Promise<Result> => {
    const sent = last.then(() => remote.send(...request)) as Promise<Result>;
    last = sent.catch(() => undefined);
    return sent;
  };
  return {
    registerBroker: (broker) => send<BrokerInfo>('POST', '/brokers', broker),
    updateBroker: (id, change) => send<BrokerInfo>('PATCH', `/brokers/${id}`, change),
    createTopic: (name, spec) => send<TopicInfo>('POST', '/topics', { name, ...spec }),
    async createPartitions(partitions) {
      const created: PartitionInfo[] = [];
      for (let first = 0; first < partitions.length; first += PARTITIONS_AT_ONCE) {
        const some = partitions.slice(first, first + PARTITIONS_AT_ONCE);
        created.push(...(await send<PartitionInfo[]>('POST', '/partitions', { partitions: some })));
      }
      return created;
    },
    deleteTopic: (name) => send<undefined>('DELETE', `/topics/${segment(name)}`),
    alterReassignments: (changes) => send('POST', '/reassignments', { changes }),
  };
}
