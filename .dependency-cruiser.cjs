/**
 * Which folder may import which: imports point one way, from the shells to the pure core.
 * A folder's `may` lists all that it may import besides itself and the leaves, types included.
 */

const leaves = ['^src/(assert|errors|random|messages|engine/engine)\\.ts$'];
const entries = '^src/raft/(entries|well-formed)\\.ts$';
/** The entry format, and the types of what the core takes and says: to name them is not to call it. */
const vocabulary = '^src/raft/(entries|well-formed|messages|ready)\\.ts$';
/** Events, health and counts: a store in etcd tells them as a cluster does. */
const toldAlike = '^src/(cluster/(events|health-monitor|metrics|process-metrics)|metrics/metadata-store-meters)\\.ts$';

/** Parts of the public API that load nearly nothing: the command takes them from here, since the index loads all. */
const publicAndSmall = ['^src/metadata/(kafka-settings|model)\\.ts$', '^src/formats/reassignment\\.ts$'];
/** The part of the command that works with a cluster, or with the files of one. */
const withCluster = [
  '^src/cli/(up|up-etcd|up-filling|live-status|live-events|check|heartbeats|provision)\\.ts$',
  '^src/cli/(export|import|import-file|import-place|migrate|offline)\\.ts$',
];

/** Forbids every import of a project file, from the files that match `from`, that `may` does not allow. */
function only({ name, from, may, comment }) {
  return {
    name,
    comment,
    from: { path: from },
    to: { path: '^(src|actors|test|bench)/', pathNot: [from, ...leaves, ...may] },
  };
}

/** Forbids an npm package, as a value or as a type, everywhere but in the files that match `in`. */
function packagesOnlyIn({ name, packages, in: place, comment }) {
  return { name, comment, from: { pathNot: place }, to: { path: `^node_modules/(${packages.join('|')})/` } };
}

const folders = [
  only({
    name: 'leaves-import-leaves',
    from: '^src/(assert|errors|random)\\.ts$',
    may: [],
    comment: 'Anyone may import a leaf, so a leaf that imports would tie everyone to it.',
  }),
  ...[
    ['raft', 'The core runs unchanged in threads, in the simulator and in exploration; entries are opaque to it.'],
    ['runtime', 'The actor system runs any actor; it would serve another protocol unchanged.'],
  ].map(([folder, comment]) => only({ name: `${folder}-knows-no-other`, from: `^src/${folder}/`, may: [], comment })),
  only({
    name: 'metadata-knows-no-raft',
    from: '^src/metadata/',
    may: ['^src/state-machine/(state-machine|canonical-json|digest)\\.ts$'],
    comment: 'It is one state machine of many: it knows their contract, how state is digested, and no Raft.',
  }),
  only({
    name: 'controller-knows-metadata',
    from: '^src/controller/',
    may: ['^src/metadata/', '^src/state-machine/(state-machine|hosted-controller)\\.ts$'],
    comment: 'It makes operations of an image; who orders them is not its business.',
  }),
  only({
    name: 'state-machine-knows-entries',
    from: '^src/state-machine/',
    may: [vocabulary],
    comment: 'Exactly-once wraps any state machine: no metadata, and of Raft only entries and requests for snapshots.',
  }),
  ...['storage', 'transport'].map((folder) =>
    only({
      name: `${folder}-knows-raft-types`,
      from: `^src/${folder}/`,
      may: ['^src/raft/'],
      comment: 'Storage keeps what Raft hands it, a link carries it; what it means stays with Raft.',
    }),
  ),
  {
    name: 'raft-behaviour-stays-in-raft',
    comment: 'Others take types of Raft and the entry format; a call of the core from there would be a second shell.',
    from: { path: '^src/(storage|transport|state-machine|client|engine)/' },
    to: { path: '^src/raft/', pathNot: entries, dependencyTypesNot: ['type-only'] },
  },
  only({
    name: 'metrics-know-raft-types',
    from: '^src/metrics/',
    may: ['^src/raft/(ready|status)\\.ts$'],
    comment: 'Meters are told what happened; whoever counts decides nothing.',
  }),
  only({
    name: 'client-knows-no-protocol',
    from: '^src/client/',
    may: ['^src/(metadata|state-machine|runtime)/', '^src/metrics/histogram\\.ts$', vocabulary],
    comment: 'The client speaks operations and results; it follows a leader without knowing how one is elected.',
  }),
  only({
    name: 'engine-knows-client-and-runtime',
    from: '^src/engine/',
    may: ['^src/(client|runtime)/', '^src/metadata/(answer|health)\\.ts$', toldAlike, vocabulary],
    comment: 'What orders entries elsewhere knows who writes them, and neither what they mean nor Raft.',
  }),
  only({
    name: 'migration-knows-both-ends',
    from: '^src/migration/',
    may: ['^src/(engine|offline|storage|state-machine|metadata)/', vocabulary],
    comment: 'It reads what one engine left and writes what another begins with; nothing runs meanwhile.',
  }),
  only({
    name: 'cluster-composes',
    from: '^src/cluster/',
    may: ['^src/(raft|metadata|controller|state-machine|storage|transport|runtime|metrics|client)/'],
    comment: 'Composition sits above all other folders, and below the public API and the command.',
  }),
  only({
    name: 'offline-knows-what-is-stored',
    from: '^src/offline/',
    may: ['^src/(raft|metadata|state-machine|storage)/'],
    comment: 'The tools read and write files of a cluster that does not run: no thread, no client.',
  }),
  only({
    name: 'formats-know-metadata',
    from: '^src/formats/',
    may: ['^src/metadata/', '^src/state-machine/digest\\.ts$'],
    comment: "Other tools' files are texts and values: no file is opened here, and no cluster is asked.",
  }),
  only({
    name: 'simulation-is-pure',
    from: '^src/simulation/',
    may: ['^src/(raft|metadata|controller|state-machine|storage|transport)/', '^src/closed-output\\.ts$'],
    comment: 'The simulator runs the same pure code as the threads; a thread or a client in it would end determinism.',
  }),
  only({
    name: 'cli-uses-the-public-api',
    from: '^src/cli/',
    may: ['^src/(index|closed-output)\\.ts$', '^src/service/service\\.ts$', ...publicAndSmall],
    comment: 'What the command needs, every embedder may need: it has no private door.',
  }),
  {
    name: 'cluster-is-loaded-late',
    comment: 'A question to a running cluster needs none of its code: with it, the command would start thrice as slow.',
    from: { path: '^src/cli/', pathNot: withCluster },
    to: {
      path: ['^src/index\\.ts$', '^src/service/', ...withCluster],
      dependencyTypesNot: ['dynamic-import', 'type-only'],
    },
  },
  only({
    name: 'service-uses-the-public-api',
    from: '^src/service/',
    may: ['^src/index\\.ts$'],
    comment: 'What it answers, every embedder may ask; and nothing but the command starts it.',
  }),
  only({
    name: 'page-knows-what-it-is-told',
    from: '^src/page/',
    may: ['^src/(index|service/picture)\\.ts$'],
    comment: 'It lives in a browser, and knows of the rest only the shape of what the service answers.',
  }),
  {
    name: 'page-takes-types-alone',
    comment: 'The bundle of the page would carry the cluster along.',
    from: { path: '^src/page/' },
    to: { path: '^src/(?!page/)', dependencyTypesNot: ['type-only'] },
  },
  only({
    name: 'actors-are-shells',
    from: '^actors/',
    may: ['^src/(raft|metadata|controller|state-machine|storage|transport|runtime|metrics|engine)/'],
    comment: 'A shell has its own folders and the runtime; client, cluster and command live in the host thread.',
  }),
  {
    name: 'metadata-store-runs-no-raft',
    comment:
      'The store applies what was committed; running any of the protocol there would share its state between threads.',
    from: { path: '^actors/metadata-store\\.ts$' },
    to: { path: '^src/raft/', pathNot: entries, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'messages-is-types',
    comment: 'The vocabulary between threads is loaded by every actor: it must load nothing with it.',
    from: { path: '^src/(messages|engine/engine)\\.ts$' },
    to: { dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'actors-are-loaded-by-url',
    comment: 'An actor lives in a thread of its own; imported, its state would live in the wrong one.',
    from: {},
    to: { path: '^actors/' },
  },
  {
    name: 'product-knows-no-test',
    comment: 'Neither tests nor benchmarks are shipped.',
    from: { path: '^(src|actors)/' },
    to: { path: '^(test|bench)/' },
  },
  only({
    name: 'cluster-tests-use-the-public-api',
    from: '^test/(cluster|engine|linearizability)/',
    may: ['^src/index\\.ts$', '^test/support/', '^test/metadata/(groups/naive-groups|naive-model)\\.ts$'],
    comment: 'They are the proof that the public API is enough.',
  }),
];

const packages = [
  packagesOnlyIn({
    name: 'threads-only-in-runtime',
    packages: ['piscina', 'comlink', 'pino'],
    in: '^src/runtime/',
    comment: 'Their traps (parked threads, calls that never settle, a thread a logger) are dealt with in one place.',
  }),
  packagesOnlyIn({
    name: 'immer-only-in-metadata',
    packages: ['immer'],
    in: '^src/metadata/',
    comment: 'Drafts must not leave the state machine: they cannot be posted, and have no rollback.',
  }),
  packagesOnlyIn({
    name: 'terminal-only-in-cli',
    packages: ['commander', 'picocolors'],
    in: '^(src/cli|test|bench)/',
    comment: 'Who embeds a cluster loads no command line.',
  }),
  packagesOnlyIn({
    name: 'http-only-in-service',
    packages: ['hono', '@hono/node-server'],
    in: '^src/service/',
    comment: 'Who embeds a cluster loads no HTTP.',
  }),
  packagesOnlyIn({
    name: 'etcd-only-in-its-client',
    packages: ['etcd3'],
    in: '^src/engine/etcd-client\\.ts$|^(test|bench)/',
    comment: 'The library is asleep: what replaces it must find one file to change.',
  }),
  packagesOnlyIn({
    name: 'page-packages-only-in-page',
    packages: ['preact', 'vite'],
    in: '^src/page/',
    comment: 'They are built into the page; nobody installs them.',
  }),
  packagesOnlyIn({
    name: 'yaml-only-where-it-is-loaded-late',
    packages: ['yaml'],
    in: '^src/formats/parse-kafka-topics\\.ts$|^test/',
    comment: 'The parser takes as long to load as a quarter of the start of a cluster.',
  }),
  {
    name: 'yaml-is-loaded-late',
    comment: 'A static import would load the parser with the public API.',
    from: { path: '^src/' },
    to: { path: '^src/formats/parse-kafka-topics\\.ts$', dependencyTypesNot: ['dynamic-import', 'type-only'] },
  },
  {
    name: 'no-development-package-in-product',
    comment: 'A user installs without them. The types of Node are needed by the compiler only.',
    from: { path: '^(src|actors)/', pathNot: '^src/page/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/(@types/node|etcd3)/' },
  },
  {
    name: 'only-the-simulation-command-does-io',
    comment: 'Pure folders import no built-in of Node but the digest and types; the linter forbids their globals.',
    from: {
      path: '^src/(raft|metadata|transport|state-machine|controller|formats|simulation|engine/etcd)/',
      pathNot: '^src/(simulation/command/|state-machine/digest\\.ts$)',
    },
    to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
  },
];

const shape = [
  {
    name: 'no-cycle',
    comment: 'Two files that need each other are one concept in two places.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphan',
    comment: 'Code that nothing reaches is dead; entry points are reached by URL, by name or by a tool.',
    from: {
      orphan: true,
      pathNot: '^(actors|test|bench)/|^src/(index|cli/main|simulation/command/(main|worker)|page/vite\\.config)\\.ts$',
    },
    to: {},
  },
  {
    name: 'no-unresolved',
    comment: "An import that leads nowhere fails at run time. The package's own name leads to what is yet to be built.",
    from: {},
    to: { couldNotResolve: true, pathNot: '^conclave(/testing)?$' },
  },
];

module.exports = {
  forbidden: [...folders, ...packages, ...shape].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^dist/'] },
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default', 'node'] },
  },
};
