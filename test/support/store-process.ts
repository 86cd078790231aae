/**
 * A store in etcd that runs in a process of its own (`store-program.ts`), used from here like one in this process. It
 * can be stopped and killed like any process, in the middle of whatever it does.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ClusterError, type ConnectedStore, type ConnectOptions } from '../../src/index.js';
import { must } from '../../src/assert.js';
import { eventually, withDeadline } from './deadline.js';
import {
  OPENING,
  type Acknowledgement,
  type CallFailure,
  type ProgramMessage,
  type Watched,
} from './store-messages.js';

const program = fileURLToPath(new URL('store-program.js', import.meta.url));
const OPENING_MS = 30_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class StoreProcess {
  readonly name: string;
  /** The store in that process. Signals of calls do not get there. */
  readonly store: ConnectedStore;
  /** Of its clients that write, in the order in which they came. */
  readonly acknowledged: Acknowledgement[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = OPENING;

  /** Rejects like `connectStore`. */
  static async open(name: string, options: ConnectOptions): Promise<StoreProcess> {
    const opened = new StoreProcess(name, options);
    try {
      await withDeadline(`${name} opens its store`, OPENING_MS, opened.#answer(OPENING));
      return opened;
    } catch (error) {
      await opened.kill();
      throw error;
    }
  }

  private constructor(name: string, options: ConnectOptions) {
    this.name = name;
    this.#child = fork(program, [JSON.stringify(options)], { serialization: 'advanced' });
    this.#child.on('message', (message: ProgramMessage) => {
      this.#take(message);
    });
    this.#child.once('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the process ${name} has ended`));
      this.#waiting.clear();
    });
    this.store = this.#methods('') as ConnectedStore;
  }

  /** Each of them writes on, one write after the other. */
  async write(clients: readonly string[]): Promise<void> {
    await this.#call('write', [clients]);
  }

  /** Rejects where a write was refused, as none is that has one effect. */
  async rest(): Promise<void> {
    await this.#call('rest', []);
  }

  async watch(fromIndex: number): Promise<void> {
    await this.#call('watch', [fromIndex]);
  }

  async watched(): Promise<Watched> {
    return (await this.#call('watched', [])) as Watched;
  }

  /** Until so many more writes were acknowledged. */
  async acknowledges(count: number): Promise<void> {
    const before = this.acknowledged.length;
    const more = (): boolean => this.acknowledged.length >= before + count;
    await eventually(more, `${count} more writes of ${this.name} to be acknowledged`, 20_000);
  }

  /** It stands still, like under SIGSTOP. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Like `kill -9`; resolves when it has gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** Whatever is called on it is called there. */
  #methods(prefix: string): object {
    const get = (_target: object, name: string | symbol): unknown => {
      if (typeof name === 'symbol' || name === 'then') return undefined;
      if (name === 'groups') return this.#methods('groups.');
      return (...args: unknown[]) => this.#call(prefix + name, args);
    };
    return new Proxy({}, { get });
  }

  #call(name: string, args: readonly unknown[]): Promise<unknown> {
    this.#lastCall += 1;
    const answer = this.#answer(this.#lastCall);
    if (this.#child.connected) this.#child.send({ id: this.#lastCall, name, args });
    else this.#waiting.get(this.#lastCall)?.reject(new Error(`the process ${this.name} has ended`));
    return answer;
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #take(message: ProgramMessage): void {
    if (message.kind === 'acknowledged') {
      this.acknowledged.push(message);
      return;
    }
    const waiting = must(this.#waiting.get(message.id), 'a call is answered once');
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting.resolve(message.value);
    else waiting.reject(errorOf(message.failure));
  }
}

function errorOf({ code, message, details }: CallFailure): Error {
  return code === null ? new Error(message) : new ClusterError(code, message, details);
}
