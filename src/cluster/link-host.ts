/**
 * One link on the host's side: its actor, what was asked of it (so that a crashed link comes back the same), and its
 * faults.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { must } from '../assert.js';
import { ClusterError } from '../errors.js';
import type { Hello, LinkFaultSettings, LinkReport, TransportLinkControl } from '../messages.js';
import { nextLife, type Actor, type ActorSystem } from '../runtime/actor-system.js';
import type { LinkMetrics } from './metrics.js';
import type { LinkStatus } from './status.js';

export interface LinkFaults {
  delayMs?: number | [number, number];
  dropRate?: number;
  duplicateRate?: number;
  reorderRate?: number;
  /** The next n are refused. */
  refuseHandshakes?: number;
  /** The connection breaks once, after n more messages. */
  closeAfterMessages?: number;
}

/** Waits between restarts of a link that crashes again and again. */
const FIRST_RESTART_MS = 10;
const LONGEST_RESTART_MS = 1_000;

export interface LinkHostOptions {
  readonly ends: readonly [number, number];
  readonly system: ActorSystem;
  readonly seed: number;
  readonly callTimeoutMs: number;
  /** The link has a new thread: both nodes must be attached again. */
  onRestart(): void;
}

export class LinkHost {
  readonly ends: readonly [number, number];
  readonly #options: LinkHostOptions;
  #actor: Actor<TransportLinkControl>;
  readonly #cuts = new Set<number>();
  readonly #faults = new Map<number, LinkFaultSettings>();
  #restartMs = FIRST_RESTART_MS;
  #restartTimer: NodeJS.Timeout | null = null;
  #lastReport: LinkReport = { state: 'connecting', delivered: 0, dropped: 0, reconnects: 0 };
  #stopped = false;

  constructor(options: LinkHostOptions) {
    this.ends = options.ends;
    this.#options = options;
    this.#actor = this.#spawn();
  }

  /** A port for a node's raft-node, which must introduce itself as `expected`. */
  attach(expected: Hello): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#actor.call('attach', [expected, port1], this.#options.callTimeoutMs).catch(() => {
      port2.close();
    });
    return port2;
  }

  async cut(from: number | null): Promise<void> {
    for (const end of this.#directions(from)) this.#cuts.add(end);
    await this.#call('cut', [from]);
  }

  async heal(): Promise<void> {
    this.#cuts.clear();
    this.#faults.clear();
    await this.#call('heal', []);
  }

  async setFaults(faults: LinkFaultSettings, from: number | null): Promise<void> {
    for (const end of this.#directions(from)) this.#faults.set(end, faults);
    await this.#call('setFaults', [faults, from]);
  }

  async status(): Promise<LinkStatus> {
    const report = await this.#actor.call('status', [], this.#options.callTimeoutMs).catch(() => ({
      ...this.#lastReport,
      state: 'connecting' as const,
    }));
    this.#lastReport = report;
    return { ends: [this.ends[0], this.ends[1]], ...report };
  }

  /** Null: its thread does not answer. */
  async metrics(): Promise<LinkMetrics | null> {
    const told = await this.#actor.call('metrics', [], this.#options.callTimeoutMs).catch(() => null);
    if (told === null) return null;
    const { report, directions, thread } = told;
    const { state, reconnects } = report;
    return { ends: [this.ends[0], this.ends[1]], state, reconnects, directions, thread };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    await this.#actor.kill();
  }

  #directions(from: number | null): readonly number[] {
    return from === null ? this.ends : [from];
  }

  #call<Name extends 'cut' | 'heal' | 'setFaults'>(
    method: Name,
    parameters: Parameters<TransportLinkControl[Name]>,
  ): Promise<void> {
    return this.#actor.call(method, parameters as never, this.#options.callTimeoutMs);
  }

  #spawn(): Actor<TransportLinkControl> {
    const { ends, system, seed } = this.#options;
    const actor = system.spawn<TransportLinkControl>({
      kind: 'transport-link',
      life: nextLife(),
      labels: { link: `${ends[0]}-${ends[1]}` },
      config: { ends, seed },
      ports: {},
    });
    void actor.ended.then((end) => {
      if (this.#stopped || end.kind !== 'crashed') return;
      this.#restartTimer = setTimeout(() => {
        this.#restart();
      }, this.#restartMs);
      this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
    });
    return actor;
  }

  #restart(): void {
    this.#actor = this.#spawn();
    // A refusal here means that the new thread has ended too, which starts the next one.
    for (const end of this.#cuts) void this.#call('cut', [end]).catch(() => undefined);
    for (const [end, faults] of this.#faults) void this.#call('setFaults', [faults, end]).catch(() => undefined);
    this.#options.onRestart();
  }
}

export function checkDirection(from: unknown, ends: readonly [number, number]): number | null {
  if (from === undefined) return null;
  if (from === ends[0] || from === ends[1]) return from;
  throw new ClusterError('InvalidArgument', `from must be one of the link's ends, ${ends[0]} or ${ends[1]}`);
}

const RATES = ['dropRate', 'duplicateRate', 'reorderRate'] as const;
const COUNTS = ['refuseHandshakes', 'closeAfterMessages'] as const;
const MAX_DELAY_MS = 3_600_000;

/** A checked copy; unknown members are ignored. */
export function checkFaults(given: unknown): LinkFaultSettings {
  if (typeof given !== 'object' || given === null)
    throw new ClusterError('InvalidArgument', 'faults must be an object');
  const faults = given as Record<string, unknown>;
  const checked: Record<string, unknown> = {};
  for (const name of RATES) checkNumber(faults, checked, name, (value) => value >= 0 && value <= 1);
  for (const name of COUNTS) checkNumber(faults, checked, name, (value) => Number.isInteger(value) && value >= 0);
  const { delayMs } = faults;
  if (delayMs !== undefined) checked['delayMs'] = checkDelay(delayMs);
  return checked;
}

function checkNumber(
  from: Record<string, unknown>,
  into: Record<string, unknown>,
  name: string,
  allowed: (value: number) => boolean,
): void {
  const value = from[name];
  if (value === undefined) return;
  if (typeof value !== 'number' || !allowed(value)) {
    throw new ClusterError('InvalidArgument', `${name} is not a number in its range`);
  }
  into[name] = value;
}

function checkDelay(delayMs: unknown): number | readonly [number, number] {
  const bounds = (Array.isArray(delayMs) ? delayMs : [delayMs, delayMs]) as unknown[];
  const valid =
    bounds.length === 2 &&
    bounds.every((value): value is number => typeof value === 'number' && value >= 0 && value <= MAX_DELAY_MS);
  const [least, most] = bounds;
  if (!valid || (least as number) > (most as number)) {
    throw new ClusterError('InvalidArgument', `delayMs must be milliseconds, or a pair of them in order`);
  }
  return Array.isArray(delayMs) ? [must(least as number, 'delay'), must(most as number, 'delay')] : (least as number);
}
