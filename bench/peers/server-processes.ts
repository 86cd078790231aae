/**
 * Servers of a peer as child processes over one temporary folder. They never outlive what started them: disposed of,
 * and also when this process exits, by Ctrl-C too, they are killed and the folder is removed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 5;
const KEPT_OUTPUT_CHARACTERS = 2000;
/** Linux counts a process's CPU time for others in hundredths of a second, whatever its clock. */
const MS_A_TICK = 10;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Server {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
}

export class ServerProcesses implements AsyncDisposable {
  readonly #name: string;
  readonly #folder: string;
  readonly #servers: Server[] = [];
  /** The end of what they wrote to stderr. */
  #output = '';
  #failed: (reason: Error) => void = () => undefined;
  readonly #failure: Promise<never>;
  #disposed = false;

  constructor(name: string) {
    this.#name = name;
    this.#folder = fs.mkdtempSync(join(tmpdir(), `conclave-bench-${name}-`));
    this.#failure = new Promise((_resolve, reject) => (this.#failed = reject));
    this.#failure.catch(() => undefined); // heard by whoever waits, and nobody may
    process.on('exit', this.#endNow);
    for (const signal of SIGNALS) process.on(signal, this.#endBySignal);
  }

  get folder(): string {
    return this.#folder;
  }

  get pids(): number[] {
    return this.#servers.flatMap(({ child }) => child.pid ?? []);
  }

  start(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): void {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT_CHARACTERS);
    });
    const gone = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#failed(new Error(`${this.#name} cannot be started: ${error.message}`));
        resolve();
      });
      child.once('close', (code, signal) => {
        if (!this.#disposed) this.#failed(this.#problem(`ended by itself (${String(code ?? signal)})`));
        resolve();
      });
    });
    this.#servers.push({ child, gone });
  }

  /** Waits for calls that succeed once they serve; rejects when one of them ends, or after half a minute. */
  async whenReady<T>(firstCalls: (signal: AbortSignal) => Promise<T>, timeoutMs = START_TIMEOUT_MS): Promise<T> {
    const waiting = new AbortController();
    const overdue = setTimeout(() => this.#failed(this.#problem(`did not serve within ${timeoutMs} ms`)), timeoutMs);
    try {
      return await Promise.race([firstCalls(waiting.signal), this.#failure]);
    } finally {
      clearTimeout(overdue);
      waiting.abort();
    }
  }

  /** CPU time of all of them so far; null where the platform does not tell. */
  cpuMs(): number | null {
    if (!fs.existsSync('/proc/self/stat')) return null;
    return this.pids.reduce((sum, pid) => sum + cpuTicks(pid) * MS_A_TICK, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#killAll();
    await Promise.all(this.#servers.map(({ gone }) => gone));
    fs.rmSync(this.#folder, { recursive: true, force: true });
    process.off('exit', this.#endNow);
    for (const signal of SIGNALS) process.off(signal, this.#endBySignal);
  }

  #problem(what: string): Error {
    return new Error(`${this.#name} ${what}; it said: ${this.#output.trim() || 'nothing'}`);
  }

  #killAll(): void {
    for (const { child } of this.#servers) child.kill('SIGKILL');
  }

  readonly #endNow = (): void => {
    this.#disposed = true;
    this.#killAll();
    fs.rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  };

  /** Ends them, then leaves the signal to whoever else listens, or to do what it does when nobody does. */
  readonly #endBySignal = (signal: NodeJS.Signals): void => {
    this.#endNow();
    process.off(signal, this.#endBySignal);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}

function cpuTicks(pid: number): number {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]); // user and system time, fields 14 and 15 counted from the id
  } catch {
    return 0; // it has ended
  }
}

/** Waits until someone listens: a client that comes too early would wait out its own back-off. */
export async function untilListening(port: number, signal: AbortSignal): Promise<void> {
  while (!(await accepts(port))) await sleep(POLL_MS, null, { signal });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => answer(false));
  });
}
