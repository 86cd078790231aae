/**
 * G13 and G14 of every change: leader kills, and a node cut off in virtual time. The long run adds G14 with real
 * threads, and G15, the soak (`CONCLAVE_SOAK_MINUTES`, 60 by default).
 */
import { defaultElectionTimeoutMs, leaderKilled, loseLeaders, type LossReport } from '../../bench/failover.js';
import { quantile } from '../../bench/figure.js';
import { isolateNode } from '../soak/isolated-node.js';
import { endureIsolation, STABILITY_CASES, type Stability } from '../soak/leader-stability.js';
import { soak } from '../soak/soak.js';
import { withDataDir } from '../support/data-dirs.js';
import type { Gate, GateOptions, GateRow } from './gate.js';

const KILLS = { often: 200, long: 5_000 };
/** A round waits more than it works: several clusters share the kills. */
const CLUSTERS_AT_ONCE = 4;
/** Enough that some are under way at each kill; more would measure the load. */
const WRITERS = 4;
const TIMEOUTS = 1_000;
const SOAK_MINUTES = 60;
const SOAK_COMMANDS_A_MINUTE = 10_000_000 / 60;
const MAX_GROWTH = 0.05;

export const gate: Gate = async (options) => {
  const rows = [await killLeaders(options), stayInVirtualTime(options)];
  if (options.long) {
    rows.push(await stayInRealTime(options), ...(await soakFor(options)));
  }
  return rows;
};

async function killLeaders({ long, progress }: GateOptions): Promise<GateRow> {
  const kills = long ? KILLS.long : KILLS.often;
  let done = 0;
  const onLoss = (): void => {
    done += 1;
    progress(`${done} of ${kills} leader kills`);
  };
  const each = Math.ceil(kills / CLUSTERS_AT_ONCE);
  const reports: readonly LossReport[] = await Promise.all(
    Array.from({ length: CLUSTERS_AT_ONCE }, () => loseLeaders(leaderKilled, each, { writers: WRITERS, onLoss })),
  );
  const gapsMs = reports.flatMap((report) => report.gapsMs);
  const inTimeouts = (share: number): number => quantile(gapsMs, share) / defaultElectionTimeoutMs;
  const unsettled = reports.reduce((sum, report) => sum + report.unsettled, 0);
  const at = (share: number): string => `${Math.round(quantile(gapsMs, share))} ms`;
  return {
    gate: 'G13',
    goal:
      `${count(kills)} leader kills until the next acknowledged write: p50 at most 1.5 x, p99 at most 3 x the ` +
      'election time-out; 0 unsettled promises',
    reached:
      `${count(gapsMs.length)} kills: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, most ${at(1)}: ` +
      `${inTimeouts(0.5).toFixed(2)} x and ${inTimeouts(0.99).toFixed(2)} x of ${defaultElectionTimeoutMs} ms; ` +
      `${count(reports.reduce((sum, report) => sum + report.acknowledged, 0))} writes, ${unsettled} unsettled`,
    anchor: 'etcd: 1 s election time-out by default; Kafka: 1 s',
    passed: gapsMs.length >= kills && inTimeouts(0.5) <= 1.5 && inTimeouts(0.99) <= 3 && unsettled === 0,
  };
}

function stayInVirtualTime({ tell }: GateOptions): GateRow {
  const results = STABILITY_CASES.map((scene) => {
    const result = endureIsolation(scene, TIMEOUTS);
    if (!isStable(result)) tell(`unstable: ${JSON.stringify({ ...scene, ...result })}`);
    return result;
  });
  return stabilityRow(`in virtual time, ${results.length} cases of 3, 5 and 7 nodes`, results);
}

async function stayInRealTime({ progress }: GateOptions): Promise<GateRow> {
  progress(`a node cut off for ${count(TIMEOUTS)} time-outs`);
  const isolations = ['both', 'deaf', 'mute'] as const;
  const results = await Promise.all(isolations.map((isolation) => isolateNode(isolation, TIMEOUTS)));
  return stabilityRow('with real threads, under writes', results);
}

function isStable({ leaderChanges, termGrowth }: Stability): boolean {
  return leaderChanges === 0 && termGrowth === 0;
}

function stabilityRow(how: string, results: readonly Stability[]): GateRow {
  const changes = results.reduce((sum, { leaderChanges }) => sum + leaderChanges, 0);
  const growth = Math.max(...results.map(({ termGrowth }) => termGrowth));
  return {
    gate: 'G14',
    goal:
      `a node cut off, deaf or mute for ${count(TIMEOUTS)} time-outs, ${how}: ` +
      '0 leader changes, term +0 when healed',
    reached: `${results.length} cases: ${changes} leader changes, term +${growth}`,
    anchor: 'etcd with PreVote and CheckQuorum: the same claim, by scripts',
    passed: results.every(isStable),
  };
}

async function soakFor({ progress, tell }: GateOptions): Promise<GateRow[]> {
  const minutes = Number(process.env['CONCLAVE_SOAK_MINUTES'] ?? SOAK_MINUTES);
  const rows: GateRow[] = [];
  await withDataDir(async (dataDir) => {
    const report = await soak({ durationMs: minutes * 60_000, dataDir, seed: Date.now() % 1_000_000, progress });
    const { commands, rounds, faults, problems, early, late, before, after } = report;
    for (const problem of problems) tell(`soak: ${problem}`);
    const growth = late.heapBytes / early.heapBytes - 1;
    const wanted = Math.round(SOAK_COMMANDS_A_MINUTE * minutes);
    const same = JSON.stringify(before) === JSON.stringify(after);
    rows.push({
      gate: 'G15',
      goal:
        `${minutes} minutes under faults, at least ${count(wanted)} commands; heap at the end at most 1.05 x that ` +
        'after a sixth of the time; threads, handles and timers as before',
      reached:
        `${count(commands)} commands in ${rounds} rounds, ${faults} faults, ${problems.length} violations; heap ` +
        `${megabytes(early.heapBytes)}, then ${megabytes(late.heapBytes)} (${percent(growth)}), other threads ` +
        `${megabytes(early.workerBytes)}, then ${megabytes(late.workerBytes)}; ${JSON.stringify(before)}, then ` +
        JSON.stringify(after),
      anchor: 'VOPR: leak check at exit, static allocation',
      passed: commands >= wanted && problems.length === 0 && growth <= MAX_GROWTH && same,
    });
  });
  return rows;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
