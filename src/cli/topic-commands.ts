/** `conclave topic`: the topics of a running cluster. */

import { Option, type Command } from 'commander';
import { ClusterError } from '../errors.js';
import type { ConfigChange, NewTopic, PartitionInfo, Strategy, TopicInfo } from '../index.js';
import { changedSettingsOf, topicConfigOf } from '../metadata/kafka-settings.js';
import { done, rowsOf, sections, type Answer } from './answer.js';
import { CommandError, usageError } from './errors.js';
import { countUpTo } from './options.js';
import { PARTITION_COLUMNS } from './partition-table.js';
import { segment, type Remote } from './remote.js';
import { factLines, listing, orDash, plural, TOPIC_COLUMNS } from './tables.js';
import { lookingVerb, noun, repeatable, verb, type AskRemote, type ParsedRemoteOptions } from './verbs.js';

const MAX_PARTITIONS = 1_000_000;
const MAX_REPLICATION = 1_000;

const EXAMPLES = [
  'topic create orders --partitions 12 --replication-factor 3',
  'topic create audit --config cleanup.policy=compact --config retention.ms=-1',
  'topic describe orders',
  'topic alter orders --partitions 24 --config retention.ms=86400000',
  "topic list -o json | jq -r '.[].name'",
];

interface Described {
  topic: TopicInfo;
  partitions: PartitionInfo[];
}

interface CreateOptions extends ParsedRemoteOptions {
  partitions: number;
  replicationFactor: number;
  config: ConfigChange[];
  strategy?: Strategy;
}

interface AlterOptions extends ParsedRemoteOptions {
  partitions?: number;
  config: ConfigChange[];
  deleteConfig: string[];
  dryRun?: true;
}

export function topicCommands(ask: AskRemote): Command {
  const topic = noun('topic', 'topics: their partitions and settings', EXAMPLES);
  topic.addCommand(
    lookingVerb('list', 'the topics, by name').action((options: ParsedRemoteOptions) => {
      ask(options, async (remote) => rowsOf((await remote.get('/topics')) as TopicInfo[], TOPIC_COLUMNS));
    }),
  );
  topic.addCommand(
    lookingVerb('describe <name>', 'a topic, its settings and partitions').action(
      (name: string, options: ParsedRemoteOptions) => {
        const path = `/topics/${segment(name)}`;
        ask(options, async (remote) => description((await remote.get(path)) as Described));
      },
    ),
  );
  topic.addCommand(createVerb(ask));
  topic.addCommand(
    verb('delete <name>', 'delete a topic with its partitions').action((name: string, options: ParsedRemoteOptions) => {
      const path = `/topics/${segment(name)}`;
      ask(options, async (remote) => {
        await remote.send('DELETE', path);
        return done({ deleted: name }, `topic ${name} deleted`);
      });
    }),
  );
  topic.addCommand(alterVerb(ask));
  return topic;
}

function createVerb(ask: AskRemote): Command {
  return verb('create <name>', 'create a topic, placed on the brokers')
    .addOption(new Option('--partitions <count>', 'partitions').argParser(countUpTo(MAX_PARTITIONS)).default(1))
    .addOption(
      new Option('--replication-factor <count>', 'replicas of each').argParser(countUpTo(MAX_REPLICATION)).default(1),
    )
    .addOption(configOption('KEY=VALUE, by the name that Kafka gives it'))
    .addOption(
      new Option('--strategy <name>', 'how replicas are placed (default: "striped")').choices([
        'striped',
        'resource',
        'roundRobin',
      ]),
    )
    .action((name: string, options: CreateOptions) => {
      const { partitions, replicationFactor, strategy } = options;
      const config = configOf(options.config);
      const spec: NewTopic = {
        partitions,
        replicationFactor,
        ...config,
        ...(strategy === undefined ? {} : { strategy }),
      };
      ask(options, async (remote) => {
        const created = (await remote.send('POST', '/topics', { name, ...spec })) as TopicInfo;
        return done(created, `topic ${name} created: ${shapeOf(created)}`);
      });
    });
}

function alterVerb(ask: AskRemote): Command {
  return verb('alter <name>', 'raise the partitions of a topic, change its settings')
    .addOption(
      new Option('--partitions <total>', 'how many there are to be in all').argParser(countUpTo(MAX_PARTITIONS)),
    )
    .addOption(configOption('KEY=VALUE; of a list also KEY+=VALUE and KEY-=VALUE'))
    .addOption(
      new Option('--delete-config <key>', 'back to its default (may be repeated)')
        .argParser(repeatable((key) => key))
        .default([], 'none'),
    )
    .option('--dry-run', 'show what the settings would be, and change nothing')
    .action((name: string, options: AlterOptions) => {
      const { partitions: total, config, deleteConfig, dryRun: validateOnly } = options;
      const changes = [...config, ...deleteConfig.map((key): ConfigChange => ({ key, op: 'delete' }))];
      if (changes.length === 0 && total === undefined) {
        throw usageError('nothing to alter: give --partitions, --config or --delete-config');
      }
      if (validateOnly === true && total !== undefined) throw usageError('--dry-run goes with settings alone');
      const path = `/topics/${segment(name)}`;
      ask(options, async (remote) => {
        if (changes.length === 0) return raise(remote, path, total ?? 0);
        const body = { changes, ...(validateOnly === undefined ? {} : { validateOnly }) };
        const topic = (await remote.send('PATCH', `${path}/configs`, body)) as TopicInfo;
        if (total !== undefined) return raise(remote, path, total, '; its settings are changed');
        return done(topic, `topic ${name}${validateOnly === true ? ' would have' : ':'} ${settingsOf(topic)}`);
      });
    });
}

/** `before`: what has been done already, for both outcomes. */
async function raise(remote: Remote, path: string, total: number, before = ''): Promise<Answer> {
  try {
    const added = (await remote.send('POST', `${path}/partitions`, { total })) as PartitionInfo[];
    return done(added, `${plural(added.length, 'partition')} added, ${total} in all${before}`);
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`${error.message}${before}`, error.exitCode);
    throw error;
  }
}

function configOption(description: string): Option {
  return new Option('--config <setting>', `${description} (may be repeated)`)
    .argParser(repeatable(parseSetting))
    .default([], 'none');
}

const OPERATIONS: Readonly<Record<string, ConfigChange['op']>> = { '': 'set', '+': 'append', '-': 'subtract' };

function parseSetting(text: string): ConfigChange {
  const [, key, sign = '', value] = /^([\w.]+)([+-]?)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw usageError(`--config '${text}' is no KEY=VALUE`);
  return { key, op: OPERATIONS[sign] ?? 'set', value };
}

/** What the names and values say is known here already. */
function configOf(changes: readonly ConfigChange[]): Pick<NewTopic, 'config'> {
  if (changes.length === 0) return {};
  const other = changes.find(({ op }) => op !== 'set');
  if (other !== undefined) throw usageError(`--config ${other.key}: a new topic has no list yet; give KEY=VALUE`);
  try {
    return { config: topicConfigOf(changes.map(({ key, value = '' }) => [key, value] as const)) };
  } catch (error) {
    if (error instanceof ClusterError) throw usageError(`--config: ${error.message}`);
    throw error;
  }
}

function description({ topic, partitions }: Described): Answer {
  return {
    json: { topic, partitions },
    text: (style) =>
      sections(
        factLines([
          ['topic', topic.name],
          ['partitions', String(topic.numPartitions)],
          ['replication', String(topic.replicationFactor)],
          ['created', new Date(topic.createdAt).toISOString()],
          ['settings', settingsOf(topic)],
        ]),
        listing(PARTITION_COLUMNS, partitions, style),
      ),
  };
}

/** Those that are not as they always are, as `kafka-topics --describe` has them. */
function settingsOf({ config }: TopicInfo): string {
  const changed = Object.entries(changedSettingsOf(config)).map(([key, value]) => `${key}=${value}`);
  return orDash(changed.join(' '));
}

function shapeOf({ numPartitions, replicationFactor }: TopicInfo): string {
  return `${plural(numPartitions, 'partition')}, replication ${replicationFactor}`;
}
