/** `conclave partition`: the partitions of a running cluster, where they are and who leads them. */

import { readFileSync } from 'node:fs';
import { Argument, Option, type Command } from 'commander';
import { ClusterError } from '../errors.js';
import { readReassignment } from '../formats/reassignment.js';
import { partitionId } from '../metadata/model.js';
import type { PartitionInfo } from '../index.js';
import { rowsOf, type Answer } from './answer.js';
import { usageError } from './errors.js';
import { isUnderReplicated, PARTITION_COLUMNS } from './partition-table.js';
import { listing, plural } from './tables.js';
import { lookingVerb, noun, parseBrokerIds, parsePartition, repeatable, verb } from './verbs.js';
import type { AskRemote, ParsedRemoteOptions } from './verbs.js';

const EXAMPLES = [
  'partition list orders',
  'partition list --under-replicated',
  'partition reassign orders:0 4,1,2',
  'partition reassign --file moves.json',
  'partition reassign orders:0 --cancel',
  'partition elect                          preferred leaders, wherever they can lead',
  'partition elect orders:0 --unclean',
];

interface PartitionName {
  topic: string;
  partition: number;
}

interface ListOptions extends ParsedRemoteOptions {
  underReplicated?: true;
  offline?: true;
  reassigning?: true;
}

interface ReassignOptions extends ParsedRemoteOptions {
  file?: string;
  cancel?: true;
}

interface Move extends PartitionName {
  /** Null cancels. */
  replicas: readonly number[] | null;
}

export function partitionCommands(ask: AskRemote): Command {
  const partition = noun('partition', 'partitions: where they are, and who leads them', EXAMPLES);
  partition.addCommand(
    lookingVerb('list [topic]', 'the partitions of a topic, or of all')
      .option('--under-replicated', 'those with fewer replicas in sync than replicas')
      .option('--offline', 'those without a leader')
      .option('--reassigning', 'those on their way to other brokers')
      .action((topic: string | undefined, options: ListOptions) => {
        ask(options, async (remote) => {
          const all = (await remote.get(listPath(topic, options))) as PartitionInfo[];
          return rowsOf(all.filter(wanted(topic, options)), PARTITION_COLUMNS);
        });
      }),
  );
  partition.addCommand(
    verb('reassign', 'move a partition to these brokers, the preferred leader first')
      .addArgument(new Argument('[partition]', 'such as orders:0').argParser(parsePartition))
      .addArgument(new Argument('[brokers]', 'such as 4,1,2').argParser(parseBrokerIds))
      .option('--file <file>', 'moves as kafka-reassign-partitions takes them')
      .option('--cancel', 'go back to where it was')
      .action((name: PartitionName | undefined, replicas: number[] | undefined, options: ReassignOptions) => {
        const changes = movesOf(name, replicas, options);
        const what = options.cancel === true ? 'back to where they were' : 'reassigned';
        ask(options, async (remote) =>
          changed((await remote.send('POST', '/reassignments', { changes })) as PartitionInfo[], what),
        );
      }),
  );
  partition.addCommand(
    verb('elect', 'let preferred replicas lead again')
      .addArgument(
        new Argument('[partitions...]', 'such as orders:0 orders:1 (default: all)').argParser(
          repeatable(parsePartition),
        ),
      )
      .addOption(new Option('--unclean', 'also a replica that is not in sync: what it lacks is lost'))
      .action((partitions: PartitionName[] | undefined, options: ParsedRemoteOptions & { unclean?: true }) => {
        const named = partitions !== undefined && partitions.length > 0;
        if (options.unclean === true && !named)
          throw usageError('--unclean can lose what was written; name partitions');
        const body = { kind: options.unclean === true ? 'unclean' : 'preferred', ...(named ? { partitions } : {}) };
        ask(options, async (remote) =>
          changed((await remote.send('POST', '/elections', body)) as PartitionInfo[], 'led by another replica now'),
        );
      }),
  );
  return partition;
}

function listPath(topic: string | undefined, { reassigning }: ListOptions): string {
  if (reassigning === true) return '/reassignments';
  return topic === undefined ? '/partitions' : `/partitions?topic=${encodeURIComponent(topic)}`;
}

function wanted(topic: string | undefined, options: ListOptions): (partition: PartitionInfo) => boolean {
  return (partition) =>
    (topic === undefined || partition.topic === topic) &&
    (options.underReplicated !== true || isUnderReplicated(partition)) &&
    (options.offline !== true || partition.leader === 0);
}

function movesOf(name: PartitionName | undefined, replicas: number[] | undefined, options: ReassignOptions): Move[] {
  if (options.file !== undefined) {
    if (replicas !== undefined || name !== undefined) throw usageError('either --file or a partition, not both');
    const moves = readMoves(options.file);
    return options.cancel === true ? moves.map((move) => ({ ...move, replicas: null })) : moves;
  }
  if (name === undefined) throw usageError('which partition? such as: partition reassign orders:0 4,1,2');
  if (options.cancel === true) {
    if (replicas !== undefined) throw usageError('--cancel takes no brokers');
    return [{ ...name, replicas: null }];
  }
  if (replicas !== undefined) return [{ ...name, replicas }];
  throw usageError(`to which brokers? such as: partition reassign ${partitionId(name.topic, name.partition)} 4,1,2`);
}

function readMoves(file: string): Move[] {
  try {
    return readReassignment(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof ClusterError) throw usageError(`${file}: ${error.message}`);
    throw usageError(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function changed(partitions: PartitionInfo[], what: string): Answer {
  return {
    json: partitions,
    text: (style) => {
      const line = `${plural(partitions.length, 'partition')} ${what}`;
      return partitions.length === 0 ? line : `${line}\n\n${listing(PARTITION_COLUMNS, partitions, style)}`;
    },
  };
}
