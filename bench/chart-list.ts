/**
 * The charts that a run can draw: a figure names its chart, its line and its place on the horizontal axis, and each
 * chart becomes the file of its name. Both axes are logarithmic.
 */

interface ChartText {
  readonly title: string;
  readonly horizontal: string;
  readonly vertical: string;
}

export const chartTexts = {
  'throughput-by-clients': {
    title: 'Opaque entries of 128 bytes, three nodes',
    horizontal: 'clients',
    vertical: 'operations a second',
  },
  'latency-by-clients': {
    title: 'Latency of an opaque entry of 128 bytes, three nodes',
    horizontal: 'clients',
    vertical: 'microseconds',
  },
  'throughput-by-nodes': {
    title: 'Opaque entries of 128 bytes, by size of the cluster',
    horizontal: 'nodes',
    vertical: 'operations a second',
  },
  'latency-by-rate': {
    title: 'Latency of leader changes that arrive at a fixed rate',
    horizontal: 'arrivals a second',
    vertical: 'milliseconds',
  },
  'update-by-partitions': {
    title: 'One leader change in the state machine alone',
    horizontal: 'partitions',
    vertical: 'microseconds',
  },
} as const satisfies Record<string, ChartText>;

export type ChartName = keyof typeof chartTexts;

export interface ChartPoint {
  readonly chart: ChartName;
  readonly series: string;
  readonly at: number;
}
