/** Checks of what a node writes: leader append-only, log matching, durable votes, one membership change at a time. */
import { must } from '../../assert.js';
import { EntryKind, type EntryRun } from '../../raft/entries.js';
import { sameMember, unpackConfiguration, type PlacedConfiguration } from '../../raft/configuration.js';
import type { Configuration, Member, SnapshotDescription } from '../../raft/messages.js';
import type { Persist } from '../../raft/ready.js';
import { lastWrittenIndex, writtenTermAt, type Disk } from '../disk.js';
import type { SimulatedNode } from '../simulated-node.js';
import { committedAt, recordEntry, type EntryRecord, type History } from './history.js';
import { demand, holds, Violation } from './violation.js';

/** Before the write happens. */
export function checkWrite(history: History, node: SimulatedNode, persist: Persist): void {
  const { disk, member, watch } = node;
  const newTerm = persist.term > disk.term;
  demand(
    persist.term >= disk.term,
    'monotone',
    () => `node ${member.id} writes term ${persist.term} over ${disk.term}`,
  );
  demand(
    newTerm || disk.vote === null || sameMember(disk.vote, persist.vote),
    'one vote a term',
    () => `node ${member.id} overwrites its vote in term ${persist.term}`,
  );
  if (persist.snapshot !== null) checkSnapshotWrite(history, node, persist);
  if (persist.truncateFrom !== null) checkTruncation(history, node, persist.term, persist.truncateFrom);
  for (const run of persist.entries) {
    demand(
      run.term <= persist.term && (watch.ledTerm !== persist.term || run.term === persist.term),
      'leader append-only',
      () => `node ${member.id} in term ${persist.term} appends entries of term ${run.term}`,
    );
  }
  checkAppended(history, node, persist);
}

function checkSnapshotWrite(history: History, node: SimulatedNode, persist: Persist): void {
  const { index, term } = must(persist.snapshot, 'a snapshot');
  demand(
    index === 0 || committedAt(history, index)?.term === term,
    'state machine safety',
    () => `node ${node.member.id} stores a snapshot at ${index} of term ${term}, which is not committed`,
  );
}

function checkTruncation(history: History, node: SimulatedNode, term: number, from: number): void {
  const { disk, member, watch } = node;
  const end = lastWrittenIndex(disk);
  demand(
    watch.ledTerm !== term || from > end,
    'leader append-only',
    () => `node ${member.id} leads term ${term} and truncates from ${from}`,
  );
  for (let index = from; index <= end; index += 1) {
    demand(
      committedAt(history, index)?.term !== writtenTermAt(disk, index),
      'committed entry lost',
      () => `node ${member.id} truncates the committed entry ${index}`,
    );
  }
  dropConfigurations(watch.configurations, from);
}

function checkAppended(history: History, node: SimulatedNode, persist: Persist): void {
  const first = persist.entries[0];
  if (first === undefined) return;
  const { disk, member } = node;
  const { snapshot } = persist;
  let previousTerm =
    snapshot !== null && snapshot.index === first.firstIndex - 1
      ? snapshot.term
      : must(writtenTermAt(disk, first.firstIndex - 1), `node ${member.id}: what entry ${first.firstIndex} follows`);
  for (const run of persist.entries) {
    for (let position = 0; position < run.count; position += 1) {
      const { record } = recordEntry(history, member, previousTerm, { run, position });
      previousTerm = run.term;
      if (record.configuration !== null) noteConfiguration(history, node, record);
    }
  }
}

function noteConfiguration(history: History, node: SimulatedNode, record: EntryRecord): void {
  const { configurations } = node.watch;
  const configuration = must(record.configuration, 'a configuration');
  dropConfigurations(configurations, record.index);
  const before = must(configurations.at(-1), 'the configuration before');
  configurations.push({ index: record.index, configuration });
  const { state, member } = node;
  const originates = record.term === node.watch.ledTerm;
  if (!originates || state === null) return;
  demand(
    before.index <= state.commitIndex,
    'one membership change',
    () => `node ${member.id} changes members at ${record.index} while the change at ${before.index} is uncommitted`,
  );
  demand(
    committedAt(history, state.commitIndex)?.term === record.term,
    'one membership change',
    () => `node ${member.id} changes members at ${record.index} before a commit in term ${record.term}`,
  );
  demand(
    voterDifferences(before.configuration, configuration) <= 1,
    'one membership change',
    () => `the configuration at ${record.index} changes several voters`,
  );
}

/** After a turn, when all of the log is written: the configuration in force is the newest one in it (thesis 4.1). */
export function checkConfiguration(node: SimulatedNode): void {
  const { watch, state, member } = node;
  const inForce = state?.configurations.at(-1)?.configuration;
  const written = watch.configurations.at(-1)?.configuration;
  if (inForce === undefined || (inForce === watch.checked.inForce && written === watch.checked.written)) return;
  watch.checked = { inForce, written };
  if (holds(JSON.stringify(inForce) === JSON.stringify(written), 'configuration of the log')) return;
  const facts = `node ${member.id} acts on ${JSON.stringify(inForce)}, its log says ${JSON.stringify(written)}`;
  throw new Violation('configuration of the log', facts);
}

/** A snapshot names the configuration of the newest committed change that it covers. */
export function checkSnapshotConfiguration(history: History, { index, configuration }: SnapshotDescription): void {
  const change = history.committed.findLast((record) => record.index <= index && record.configuration !== null);
  const expected = change?.configuration ?? history.bootstrap;
  demand(
    JSON.stringify(configuration) === JSON.stringify(expected),
    'configuration of the log',
    () => `the snapshot at ${index} names ${JSON.stringify(configuration)} instead of ${JSON.stringify(expected)}`,
  );
}

function voterDifferences(before: Configuration, after: Configuration): number {
  const missing = (from: readonly Member[], others: readonly Member[]): number =>
    from.filter((voter) => !others.some((other) => sameMember(voter, other))).length;
  return missing(before.voters, after.voters) + missing(after.voters, before.voters);
}

function dropConfigurations(configurations: PlacedConfiguration[], from: number): void {
  while (configurations.length > 1 && must(configurations.at(-1), 'a configuration').index >= from)
    configurations.pop();
}

/** The entries of a message, recorded like written ones: a leader may send before it writes. */
export function checkSentRuns(history: History, sender: Member, previousTerm: number, runs: readonly EntryRun[]): void {
  let termBefore = previousTerm;
  for (const run of runs) {
    for (let position = 0; position < run.count; position += 1) {
      recordEntry(history, sender, termBefore, { run, position });
      termBefore = run.term;
    }
  }
}

/** The configurations on disk, read anew: at a start, and when a snapshot replaced the log. */
export function configurationsOnDisk(disk: Disk): PlacedConfiguration[] {
  const { index, configuration } = disk.snapshot.description;
  const found: PlacedConfiguration[] = [{ index, configuration }];
  disk.entries.forEach((entry, position) => {
    const at = disk.baseIndex + 1 + position;
    if (at > index && entry.payload[0] === EntryKind.configuration) {
      found.push({ index: at, configuration: unpackConfiguration(entry.payload) });
    }
  });
  return found;
}
