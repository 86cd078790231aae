/**
 * The lint rules: typescript-eslint's strictest set, limits on size, and what the pure folders may not touch.
 * Import rules between folders are in `.dependency-cruiser.cjs`; formatting is Prettier's alone.
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const pureFolders = [
  'raft',
  'metadata',
  'transport',
  'state-machine',
  'controller',
  'formats',
  'simulation',
  'engine/etcd',
];

const impureGlobals = {
  Date: 'Time comes in with the input or the operation.',
  performance: 'Time comes in with the input.',
  process: 'A pure folder knows no process.',
  crypto: 'Identities and randomness come in from outside.',
  setTimeout: 'Timers are names that the shell arms.',
  setInterval: 'Timers are names that the shell arms.',
  setImmediate: 'One turn runs to its end.',
  queueMicrotask: 'One turn runs to its end.',
  fetch: 'A pure folder does no I/O.',
  console: 'A pure folder does no I/O.',
};
const restrictedGlobals = Object.entries(impureGlobals).map(([name, message]) => ({ name, message }));
const bufferGlobal = {
  name: 'Buffer',
  message: 'Bytes are Uint8Array; only codecs use Buffer.',
};
const nodeBuiltins = { regex: '^node:', message: 'A pure folder imports no Node built-in.' };

export default defineConfig(
  { ignores: ['dist/'] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 70 }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      // A switch over a union counts as one: flat dispatch is the shape of every role and shell.
      complexity: ['error', { max: 12, variant: 'modified' }],
      eqeqeq: 'error',
      'no-duplicate-case': 'error',
      'no-self-compare': 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A number prints the same everywhere.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => call()` without braces hides nothing where the result is void anyway.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // A leading underscore says: named for the reader, or left out of the rest.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'bench/**/*.ts'],
    ignores: ['src/index.ts', 'src/page/vite.config.ts', 'bench/no-op-machine.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Only actors and user state machines have a default export.' },
        {
          selector: 'ExportAllDeclaration, ExportNamedDeclaration[source]',
          message: 'Only src/index.ts passes exports on.',
        },
      ],
    },
  },
  {
    files: pureFolders.map((folder) => `src/${folder}/**/*.ts`),
    ignores: ['src/simulation/command/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...restrictedGlobals, bufferGlobal],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Take a Random of src/random.ts.' },
      ],
      'no-restricted-imports': ['error', { patterns: [nodeBuiltins] }],
    },
  },
  // Codecs use Buffer, the digest node:crypto: both are functions of their input alone.
  {
    files: ['src/{state-machine,engine/etcd}/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...restrictedGlobals] },
  },
  { files: ['src/state-machine/digest.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'src/cli/**/*.ts', 'src/simulation/command/*.ts'],
    rules: { 'no-console': 'off' }, // they talk to a terminal
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A suite is one long list of short tests.
      'max-lines-per-function': 'off',
      // uvu types a handler as `() => void | Promise<void>`, and awaits it.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/require-await': 'off',
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'Wait for a condition: eventually() of test/support/deadline.ts.' },
        { name: 'setInterval', message: 'Wait for a condition: eventually() of test/support/deadline.ts.' },
      ],
      'no-restricted-imports': [
        'error',
        { paths: ['node:timers', 'node:timers/promises'].map((name) => ({ name, message: 'Wait for a condition.' })) },
      ],
    },
  },
  { files: ['test/support/**/*.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': 'off' } },
  // The configuration files of the tools are plain JavaScript, outside the TypeScript project.
  { files: ['**/*.js', '**/*.cjs', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
