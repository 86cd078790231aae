/** Files of other tools: YAML that a person wrote, JSON that a program printed, or something that is none. */
import { ClusterError, readKcatMetadata, readReassignment } from '../../src/index.js';
import { parseKafkaTopics } from '../../src/formats/parse-kafka-topics.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';
import { mutateBytes, pick } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { outcomeOf, require, type Target } from './target.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const resource = (name: string): string => `apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata: { name: ${name} }
spec:
  partitions: 3
  replicas: 2
  config:
    retention.ms: 9223372036854775807
    cleanup.policy: [compact, delete]
    compression.type: zstd
`;
const indented = resource('listed').replaceAll('\n', '\n    ');

const FILES = [
  `${resource('a')}---\n${resource('b')}`,
  `kind: KafkaTopicList\nitems:\n  - ${indented}`,
  `kind: Template\nparameters:\n  - { name: N, value: 4 }\nobjects:\n  - ${indented.replace(': 3', ': ${{N}}')}`,
  `${resource('c').replace('spec:', 'spec: &spec')}---\n${resource('d').replace('partitions', '<<: {}\n  partitions')}`,
];

const TOKENS = [
  ...['&a [*a, *a]', '*a', '&a', '<<: *a', '!!binary ====', '!!js/function x', '%YAML 9.9\n---\n', '---\n', '...\n'],
  ...[
    '? ',
    '- - - ',
    '{',
    '[',
    ']',
    '}',
    ': ',
    '|+9\n',
    '>-\n',
    '\t',
    '#',
    '"\\x',
    "'",
    '!<tag:a>',
    '@',
    '`',
    '\u0000',
  ],
  ...[
    '__proto__: ',
    'constructor: ',
    '1e999',
    '0x7fffffffffffffff',
    '.nan',
    '~',
    '2024-01-01',
    '${',
    '${{A}}',
    '\ufeff',
  ],
];

function mutated(random: Random, text: string): string {
  let changed = text;
  do {
    const at = drawInteger(random, 0, changed.length + 1);
    const token = drawChance(random, 0.02) ? nesting(random) : pick(random, TOKENS);
    changed = changed.slice(0, at) + token + changed.slice(at + drawInteger(random, 0, 12));
  } while (drawChance(random, 0.4));
  if (drawChance(random, 0.5)) return changed;
  return decoder.decode(mutateBytes(random, encoder.encode(changed), encoder.encode(pick(random, FILES))));
}

function nesting(random: Random): string {
  return pick(random, ['[', '{a: ', '- ', '? ', '!a ']).repeat(pick(random, [20, 200, 3_000]));
}

export const topicFiles: Target = {
  kind: 'topic-file',
  share: 2_000,
  create: () => (random) => {
    const text = mutated(random, pick(random, FILES));
    return outcomeOf(() => {
      for (const { name, partitions, line } of parseKafkaTopics(text)) {
        require(name !== '' && partitions >= 1 && line >= 1, 'a topic has a name, partitions and a place');
      }
    }, ClusterError);
  },
};

const kcatText = (name: string): string => `{"originating_broker":{"id":0,"name":"k:9092/0"},"query":{"topic":"*"},
"controllerid":0,"brokers":[{"id":0,"name":"k:9092"},{"id":1,"name":"::1:9092"}],"topics":[{"topic":"${name}",
"partitions":[{"partition":0,"leader":0,"replicas":[{"id":0},{"id":1}],"isrs":[{"id":0}]},{"partition":1,"error":"e",
"leader":-1,"replicas":[{"id":1}],"isrs":[]}]},{"topic":"x","error":"e","partitions":[]}]}`;

function mutatedJson(random: Random, texts: readonly string[]): string {
  return decoder.decode(mutateJson(random, pick(random, texts), pick(random, texts)));
}

const KCAT_TEXTS = [kcatText('orders'), kcatText('a.b_c-d')];

export const kcatFiles: Target = {
  kind: 'kcat-metadata',
  share: 500,
  create: () => (random) => {
    const text = mutatedJson(random, KCAT_TEXTS);
    return outcomeOf(() => {
      for (const { name, partitions } of readKcatMetadata(text).topics) {
        require(name !== '' && partitions.length > 0, 'a topic has a name and partitions');
        partitions.forEach(({ partition, leader, replicas }, position) => {
          require(partition === position, 'partitions are 0 to n - 1');
          require((leader ?? 0) >= 0 && replicas.every(Number.isSafeInteger), 'brokers are numbers');
        });
      }
    }, ClusterError);
  },
};

const REASSIGNMENT_TEXTS = [
  '{"version":1,"partitions":[{"topic":"a","partition":0,"replicas":[5,0],"log_dirs":["any","/d"]}]}',
  '{"partitions":[{"topic":"a","partition":7,"replicas":[1]},{"topic":"b","partition":0,"replicas":[1,2,3]}]}',
];

export const reassignmentFiles: Target = {
  kind: 'reassignment',
  share: 500,
  create: () => (random) => {
    const text = mutatedJson(random, REASSIGNMENT_TEXTS);
    return outcomeOf(() => {
      for (const { topic, partition, replicas } of readReassignment(text)) {
        require(topic !== '' && Number.isSafeInteger(partition), 'a partition has a topic and a number');
        require(replicas.length > 0 && replicas.every(Number.isSafeInteger), 'and replicas');
      }
    }, ClusterError);
  },
};
