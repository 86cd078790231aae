/** Where figures hold: the machine, the versions and what a cluster is started with unless a figure says otherwise. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export interface Circumstances {
  readonly startedAt: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly configuration: Readonly<Record<string, string | number | boolean>>;
}

export function describeCircumstances(quick: boolean): Circumstances {
  const [loadAverage = 0] = loadavg();
  return {
    startedAt: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGigabytes: Math.round(totalmem() / 1e9),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      loadAverage: Number(loadAverage.toFixed(1)),
    },
    configuration: {
      conclave: packageVersion(),
      quick,
      clusterNodes: 3,
      durability: 'memory unless said',
      electionTimeoutMs: 300,
      heartbeatIntervalMs: 50,
      opaqueEntryBytes: 128,
    },
  };
}

export function circumstancesText({ startedAt, machine, configuration }: Circumstances): string {
  const words = Object.entries({ ...machine, ...configuration }).map(([name, value]) => `${name} ${value}`);
  return [startedAt, ...words].join(' · ');
}

/** Seen from dist/bench. */
function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
