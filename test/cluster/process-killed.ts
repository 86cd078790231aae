/**
 * The whole process of a cluster killed from outside (SIGKILL) under load, many times on one folder: each start finds
 * everything that was acknowledged before, and nothing that was never asked for.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { withDeadline } from '../support/deadline.js';
import { withDataDir } from '../support/data-dirs.js';

const program = fileURLToPath(new URL('../support/writing-process.js', import.meta.url));

interface Life {
  readonly found: readonly string[];
  readonly acknowledged: readonly string[];
  readonly exitCode: number | null;
  readonly errors: string;
}

/** One life of the process, killed after so many acknowledgements, or left to end by itself. */
function live(dataDir: string, round: number, killAfter: number | null): Promise<Life> {
  return new Promise((resolve, reject) => {
    const words = [program, dataDir, String(round), killAfter === null ? 'last' : ''];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let found: string[] = [];
    let errors = '';
    const acknowledged: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const space = line.indexOf(' ');
      const kind = line.slice(0, space);
      const rest = line.slice(space + 1);
      if (kind === 'found') found = JSON.parse(rest) as string[];
      if (kind === 'acknowledged') acknowledged.push(rest);
      if (acknowledged.length === killAfter) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ found, acknowledged, exitCode, errors });
    });
  });
}

/** Answers how many writes were acknowledged; the last life is left to end cleanly. */
export async function killProcessUnderLoad(kills: number): Promise<number> {
  const acknowledged = new Set<string>();
  await withDataDir(async (dataDir) => {
    for (let round = 1; round <= kills + 1; round += 1) {
      const killAfter = round > kills ? null : 20 + ((round * 37) % 160);
      const life = await withDeadline(`life ${round}`, 60_000, live(dataDir, round, killAfter));
      const found = new Set(life.found);
      const missing = [...acknowledged].filter((name) => !found.has(name));
      assert.equal(missing, [], `missing at the start of life ${round}; ${life.errors}`);
      const unknown = life.found.filter((name) => !(Number(name.split('-')[1]) < round));
      assert.equal(unknown, [], 'nothing is there before it was asked for');
      assert.is(life.errors, '');
      if (killAfter === null) assert.is(life.exitCode, 0);
      else assert.ok(life.acknowledged.length >= killAfter, `life ${round} ended by itself`);
      for (const name of life.acknowledged) acknowledged.add(name);
    }
  });
  assert.ok(acknowledged.size > kills * 20, `${acknowledged.size} acknowledged`);
  return acknowledged.size;
}
