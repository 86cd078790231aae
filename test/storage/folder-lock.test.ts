/** One owner a folder: second ones are kept out, dead ones are not in the way, whatever their process number. */
import { spawn } from 'node:child_process';
import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import { lockFolder } from '../../src/storage/folder-lock.js';
import { eventually } from '../support/deadline.js';

const RACERS = 6;
const onLinux = existsSync('/proc/self/stat');

const test = suite<{ folder: string }>('folder lock');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'conclave-lock-'));
});

test.after.each(({ folder }) => {
  rmSync(folder, { recursive: true, force: true });
});

function codeOf(lock: () => unknown): string {
  try {
    lock();
    return '';
  } catch (error) {
    if (error instanceof ClusterError) return error.code;
    throw error;
  }
}

type Owner = Record<'pid' | 'processStartTime' | 'bootId' | 'token', unknown>;

function ownerIn(folder: string): Owner {
  return JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as Owner;
}

/** Leaves a lock that says what this process's would, but for what is changed. */
function leaveLock(folder: string, change: Partial<Owner>): void {
  const lock = lockFolder(folder);
  const owner = ownerIn(folder);
  lock.release();
  writeFileSync(join(folder, 'lock'), JSON.stringify({ ...owner, token: 'left', ...change }));
}

interface Ended {
  readonly output: string;
  readonly pid: number;
}

/** Locks the folder in a process of its own, says so, and is killed without letting go when `end` is called. */
function lockElsewhere(folder: string): { said: Promise<string>; end(): Promise<Ended> } {
  const script = `
    import { lockFolder } from ${JSON.stringify(new URL('../../src/storage/folder-lock.js', import.meta.url).href)};
    try {
      lockFolder(${JSON.stringify(folder)});
      process.stdout.write('locked');
    } catch (error) {
      process.stdout.write(error.code);
    }
    process.stdin.resume().on('end', () => process.kill(process.pid, 'SIGKILL'));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  const said = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      resolve(output);
    });
    child.on('close', () => {
      resolve(output);
    });
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', () => {
      resolve({ output, pid: child.pid ?? 0 });
    });
  });
  return {
    said,
    end() {
      child.stdin.end();
      return ended;
    },
  };
}

test('the second owner in a process is refused until the first lets go; nothing is left', ({ folder }) => {
  const path = join(folder, 'new', 'folder');
  const lock = lockFolder(path);
  assert.equal(readdirSync(path), ['lock']);
  assert.is(
    codeOf(() => lockFolder(path)),
    'DataDirInUse',
  );
  assert.equal(readdirSync(path), ['lock']);
  lock.release();
  assert.equal(readdirSync(path), []);
  lockFolder(path).release();
});

test('to let go twice does not take the lock from the next owner', ({ folder }) => {
  const first = lockFolder(folder);
  first.release();
  const second = lockFolder(folder);
  first.release();
  assert.is(
    codeOf(() => lockFolder(folder)),
    'DataDirInUse',
  );
  second.release();
});

test('a process that lives keeps others out; once it was killed its lock does not block', async ({ folder }) => {
  const holder = lockElsewhere(folder);
  assert.is(await holder.said, 'locked');
  assert.is(
    codeOf(() => lockFolder(folder)),
    'DataDirInUse',
  );
  const { pid } = await holder.end();
  assert.is(ownerIn(folder).pid, pid, 'it was left behind');
  const lock = lockFolder(folder);
  assert.is(ownerIn(folder).pid, process.pid);
  assert.equal(readdirSync(folder), ['lock']);
  lock.release();
});

test('a process that merely has the same number does not block: started at another time, or on another boot', ({
  folder,
}) => {
  if (!onLinux) return;
  for (const change of [{ processStartTime: '1' }, { bootId: 'another boot' }]) {
    leaveLock(folder, change);
    lockFolder(folder).release();
  }
  leaveLock(folder, {});
  assert.is(
    codeOf(() => lockFolder(folder)),
    'DataDirInUse',
    'nothing differs but the token: another owner in this very process',
  );
});

test('a process that has ended, and whose parent does not ask how, does not block', async ({ folder }) => {
  if (!onLinux) return;
  // The shell becomes a program that never waits for the child it has. The child ends after that: a shell may ask.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (chunk: Buffer) => {
        resolve(Number(chunk.toString()));
      });
    });
    const stateOf = (): string[] =>
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
    const programOf = (id: number | undefined): string => readFileSync(`/proc/${id}/comm`, 'utf8').trim();
    await eventually(() => programOf(parent.pid) === 'sleep', 'the shell has become another program');
    process.kill(pid, 'SIGKILL');
    await eventually(() => stateOf()[0] === 'Z', 'the child has ended');
    leaveLock(folder, { pid, processStartTime: stateOf()[19] });
    lockFolder(folder).release();
  } finally {
    parent.kill('SIGKILL');
  }
});

test('who was overtaken between the look at a dead lock and the claim to it does not get it', ({ folder }) => {
  if (!onLinux) return;
  leaveLock(folder, { bootId: 'another boot', token: 'dead' });
  const { linkSync } = fs;
  const claim = join(folder, 'lock-dead');
  let faster: ReturnType<typeof lockFolder> | null = null;
  const overtaken: typeof linkSync = (from, to) => {
    if (to === claim) {
      Object.assign(fs, { linkSync });
      faster = lockFolder(folder);
    }
    linkSync(from, to);
  };
  Object.assign(fs, { linkSync: overtaken });
  try {
    assert.is(
      codeOf(() => lockFolder(folder)),
      'DataDirInUse',
    );
    assert.ok(faster, 'somebody was faster');
    assert.equal(readdirSync(folder), ['lock']);
  } finally {
    Object.assign(fs, { linkSync });
  }
});

test('a claim on a dead lock whose claimant died, too, is succeeded to', ({ folder }) => {
  if (!onLinux) return;
  leaveLock(folder, { bootId: 'another boot', token: 'first' });
  const dead = readFileSync(join(folder, 'lock'), 'utf8');
  writeFileSync(join(folder, 'lock-first'), dead.replace('first', 'second'));
  const lock = lockFolder(folder);
  assert.equal(readdirSync(folder), ['lock']);
  lock.release();
});

test('a live claimant of a dead lock keeps others out', ({ folder }) => {
  if (!onLinux) return;
  leaveLock(folder, { token: 'second' });
  const alive = readFileSync(join(folder, 'lock'), 'utf8');
  writeFileSync(join(folder, 'lock'), alive.replace('second', 'first').replace(/"bootId":"[^"]*"/, '"bootId":"other"'));
  writeFileSync(join(folder, 'lock-first'), alive);
  assert.is(
    codeOf(() => lockFolder(folder)),
    'DataDirInUse',
  );
});

test('of many processes that find a dead lock at once, one gets it', async ({ folder }) => {
  if (!onLinux) return;
  leaveLock(folder, { bootId: 'another boot' });
  const racers = Array.from({ length: RACERS }, () => lockElsewhere(folder));
  const said = await Promise.all(racers.map((racer) => racer.said));
  await Promise.all(racers.map((racer) => racer.end()));
  assert.equal(said.sort(), [...Array.from({ length: RACERS - 1 }, () => 'DataDirInUse'), 'locked']);
});

test('a lock that does not say whose it is keeps others out, and says so', ({ folder }) => {
  writeFileSync(join(folder, 'lock'), 'mine');
  assert.throws(() => lockFolder(folder), /does not say whose it is/);
});

test('a folder that cannot be one is StorageFailed', ({ folder }) => {
  writeFileSync(join(folder, 'file'), '');
  for (const path of [join(folder, 'file'), join(folder, 'file', 'below')]) {
    assert.is(
      codeOf(() => lockFolder(path)),
      'StorageFailed',
    );
    assert.throws(() => lockFolder(path), /not a folder/);
  }
});

test.run();
