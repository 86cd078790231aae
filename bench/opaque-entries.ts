/** The write of a log and nothing else: 128 opaque bytes on a state machine that does nothing. */
import { startCluster, type Cluster, type ClusterOptions } from '../src/index.js';

export const opaqueEntry = new Uint8Array(128).fill(0x78);

export async function startOpaqueCluster(options: ClusterOptions): Promise<Cluster> {
  return startCluster({ nodes: 3, stateMachine: new URL('./no-op-machine.js', import.meta.url), ...options });
}
