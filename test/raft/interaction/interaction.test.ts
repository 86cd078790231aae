/**
 * Each trace of this folder, compared exactly with what the core does now. With `REWRITE=1` in the environment what it
 * does now is written into the files instead: read the difference before you keep it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../../support/repository.js';
import { performCommand } from './commands.js';
import { createStage } from './stage.js';
import { retrace, titleOf } from './trace.js';

const test = suite('interaction');

const folder = new URL('test/raft/interaction/', repositoryRoot);

for (const name of readdirSync(folder).filter((each) => each.endsWith('.txt'))) {
  const url = new URL(name, folder);
  const trace = readFileSync(url, 'utf8');
  test(`${name}: ${titleOf(trace)}`, () => {
    const stage = createStage();
    const now = retrace(trace, (command) => performCommand(stage, command));
    if (process.env['REWRITE'] === '1') writeFileSync(url, now);
    else assert.fixture(now, trace);
  });
}

test.run();
