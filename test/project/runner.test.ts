/**
 * The test runner on files that pass, fail, forget `run()`, crash and hang: nothing that is wrong may count as
 * passed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/deadline.js';
import { runTestFile } from '../support/test-process.js';
import type { TestReport } from '../support/test-process.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-runner-'));
const opening = `import { suite } from '${import.meta.resolve('uvu')}';\nconst sample = suite('sample');\n`;

function runSample(code: string, timeoutMs = 30_000): Promise<TestReport> {
  const file = join(folder, 'sample.mjs');
  writeFileSync(file, opening + code);
  return runTestFile(file, timeoutMs);
}

const isAlive = (processId: number): boolean => {
  // A killed process whose parent has not asked for its exit code yet is listed as a zombie.
  const status = `/proc/${processId}/status`;
  return existsSync(status) && !/^State:\s*Z/m.test(readFileSync(status, 'utf8'));
};

const runner = suite('test runner');

runner.after(() => rmSync(folder, { recursive: true }));

runner('counts what passed and what was skipped', async () => {
  const report = await runSample(
    `sample('a', () => {}); sample('b', () => {}); sample.skip('c', () => {}); sample.run();`,
  );
  assert.equal([report.passed, report.failed, report.skipped, report.problem], [2, 0, 1, undefined]);
});

runner('adds up several suites of a file', async () => {
  const report = await runSample(
    `const other = suite('other');
     sample('a', () => {}); sample.run();
     other('b', () => { throw new Error('no'); }); other.run();`,
  );
  assert.equal([report.passed, report.failed], [1, 1]);
});

runner('counts a failing test once, and keeps its output', async () => {
  const report = await runSample(
    `sample('a', () => {}); sample('b', () => { throw new Error('as it should'); }); sample.run();`,
  );
  assert.equal([report.passed, report.failed, report.problem], [1, 1, undefined]);
  assert.match(report.output, 'as it should');
});

runner('a file that runs nothing is a failure', async () => {
  const report = await runSample(`sample('a', () => {});`);
  assert.equal([report.passed, report.failed], [0, 1]);
  assert.match(report.problem ?? '', 'run()');
});

runner('an error that uvu cannot print is a failure, and named', async () => {
  const report = await runSample(
    `sample('a', () => { throw Object.assign(new Error('no'), { details: {} }); });
     sample('b', () => {}); sample.run();`,
  );
  assert.equal([report.passed, report.failed], [0, 2]);
  assert.match(report.problem ?? '', 'cannot print');
});

runner('a hook that throws is a failure, though uvu exits 0', async () => {
  const report = await runSample(
    `sample.before(() => { throw new Error('hook'); }); sample('a', () => {}); sample.run();`,
  );
  assert.equal([report.passed, report.failed], [0, 1]);
});

runner('a crash after the tests passed is a failure', async () => {
  const report = await runSample(`sample('a', () => { setTimeout(() => process.exit(3), 50); }); sample.run();`);
  assert.equal([report.passed, report.failed, report.problem], [1, 1, 'exit code 3']);
});

runner('a test that never settles is a failure', async () => {
  const report = await runSample(`sample('a', () => new Promise(() => {})); sample.run();`);
  assert.is(report.failed, 1);
});

runner('a file that does not end is killed with all that it started, and named as a leak', async () => {
  const report = await runSample(
    `import { spawn } from 'node:child_process';
     const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
     console.log('child', child.pid);
     sample('a', () => {}); sample.run();`,
    2_000,
  );
  assert.equal([report.passed, report.failed], [1, 1]);
  assert.match(report.problem ?? '', 'is left');
  const child = Number(/^child (\d+)$/m.exec(report.output)?.[1]);
  assert.ok(child > 0);
  await eventually(() => !isAlive(child), 'the child process has ended');
});

runner.run();
