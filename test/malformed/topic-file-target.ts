/** Topic files: YAML that a person wrote, or something that is none. */
import { CommandError } from '../../src/cli/errors.js';
import { parseTopicFile } from '../../src/cli/topic-file.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';
import { mutateBytes, pick } from './mutate-bytes.js';
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
      for (const { name, partitions, line } of parseTopicFile(text, 'topics.yaml')) {
        require(name !== '' && partitions >= 1 && line >= 1, 'a topic has a name, partitions and a place');
      }
    }, CommandError);
  },
};
