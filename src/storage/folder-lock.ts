/**
 * One owner a folder: a lock file that names a process. It belongs to the host, since the end of a thread releases
 * nothing. Never stale for long: the lock of a process that is gone is taken over, and a process that merely has the
 * same number, after a restart of the machine or of a container, is not taken for its owner.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { dirname } from 'node:path';
import { ClusterError } from '../errors.js';

export interface FolderLock {
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's; null where the platform does not tell. */
  readonly processStartTime: string | null;
  /** Another one after each start of the machine; null where the platform does not tell. */
  readonly bootId: string | null;
  /** Unique to this lock. */
  readonly token: string;
}

const LOCK_FILE = 'lock';

/** Makes the folder when there is none. Throws `DataDirInUse` and `StorageFailed`. */
export function lockFolder(folder: string): FolderLock {
  const owner = ownerHere();
  const path = `${folder}/${LOCK_FILE}`;
  const written = `${path}.${owner.token}.tmp`;
  try {
    makeFolder(folder);
    // Complete before it has the name that others look at.
    fs.writeFileSync(written, `${JSON.stringify(owner)}\n`, { flag: 'wx', flush: true });
    try {
      while (!tryLock(path, written, owner));
    } finally {
      fs.rmSync(written, { force: true });
    }
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    throw failed(folder, error);
  }
  return {
    release() {
      if (readOwner(path)?.token === owner.token) fs.rmSync(path, { force: true });
    },
  };
}

/** False: somebody else was faster in something; look again. */
function tryLock(path: string, written: string, owner: Owner): boolean {
  if (linkExclusively(written, path)) return true;
  const last = lastClaim(path);
  if (last === null) return false;
  if (isRunning(last)) throw inUse(path, last);
  return takeOver(path, written, owner, last);
}

/**
 * A dead owner's lock is succeeded to by exactly one: the exclusive creation of a file named after its token decides,
 * and a claimant that dies in the middle is succeeded to in the same way. Only then is the lock itself replaced.
 */
function takeOver(path: string, written: string, owner: Owner, dead: Owner): boolean {
  const claim = claimPath(path, dead);
  if (!linkExclusively(written, claim)) return false;
  // The dead owner's lock may have been replaced, and all claims to it removed, since it was read.
  if (lastClaim(path)?.token !== owner.token) {
    fs.rmSync(claim, { force: true });
    return false;
  }
  const claims = chainOf(path).map((claimed) => claimPath(path, claimed));
  fs.renameSync(written, path);
  for (const done of claims) fs.rmSync(done, { force: true });
  return true;
}

function claimPath(path: string, dead: Owner): string {
  return `${path}-${dead.token}`;
}

/** The lock's owner, then whoever claimed to succeed the one before. */
function chainOf(path: string): Owner[] {
  const chain: Owner[] = [];
  for (let owner = readOwner(path); owner !== null; owner = readOwner(claimPath(path, owner))) chain.push(owner);
  return chain;
}

function lastClaim(path: string): Owner | null {
  return chainOf(path).at(-1) ?? null;
}

function linkExclusively(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null: there is no such file. One that names nobody is nobody's: it was not written here. */
function readOwner(path: string): Owner | null {
  const text = readText(path);
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Owner;
    if (Number.isSafeInteger(value.pid) && /^[\w-]+$/.test(value.token)) return value;
  } catch {
    // Said below.
  }
  throw new ClusterError('DataDirInUse', `${path} does not say whose it is; remove it if nobody uses the folder`, {
    file: path,
  });
}

// ------------------------------------------------------------ processes

function ownerHere(): Owner {
  return {
    pid: process.pid,
    processStartTime: processState(process.pid)?.startTime ?? null,
    bootId: bootId(),
    token: randomUUID(),
  };
}

function isRunning(owner: Owner): boolean {
  const boot = bootId();
  if (owner.bootId !== null && boot !== null && owner.bootId !== boot) return false;
  const state = processState(owner.pid);
  if (state !== null) return state.running && [null, state.startTime].includes(owner.processStartTime);
  // Linux would have told; elsewhere a process of that number counts as the owner.
  return boot === null && isSignalled(owner.pid);
}

interface ProcessState {
  readonly startTime: string;
  /** Not one that has ended and whose parent does not ask for how. */
  readonly running: boolean;
}

/** Of `/proc/<pid>/stat` (proc(5)), fields 3 and 22; the second may hold spaces and parentheses. Null: no such one. */
function processState(pid: number): ProcessState | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { startTime: fields[19] ?? '', running: !['Z', 'X', 'x'].includes(fields[0] ?? '') };
}

function bootId(): string | null {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function isSignalled(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

// ------------------------------------------------------------ files

function makeFolder(folder: string): void {
  const first = fs.mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  // Each new name is in the folder above it.
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

function syncFolder(folder: string): void {
  const descriptor = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function readText(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error))) return null;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

function inUse(path: string, { pid }: Owner): ClusterError {
  return new ClusterError('DataDirInUse', `${dirname(path)} is in use by process ${pid}`, { file: path, pid });
}

function failed(folder: string, error: unknown): ClusterError {
  const cause = codeOf(error) === '' ? String(error) : codeOf(error);
  const reason = ['EEXIST', 'ENOTDIR'].includes(cause) ? `not a folder (${cause})` : cause;
  return new ClusterError('StorageFailed', `could not lock ${folder}: ${reason}`, { file: folder, cause });
}
