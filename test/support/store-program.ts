/**
 * A program for `test/engine`: one process of a store in etcd. Whoever started it (`store-process.ts`) calls the
 * store's methods by messages; beyond them it can write without pause and gather what it watches.
 */
import { randomUUID } from 'node:crypto';
import { ClusterError, connectStore, type ConnectOptions, type WatchedChange } from '../../src/index.js';
import { OPENING, type CallFailure, type ProgramMessage, type StoreCall, type Watched } from './store-messages.js';

const options = JSON.parse(process.argv[2] ?? '{}') as ConnectOptions;
/** So long each attempt may take before the same write is asked for again. */
const ATTEMPT_MS = 1_000;

let resting = false;
let writing: Promise<unknown> = Promise.resolve();
let changes: WatchedChange[] = [];
let watchEnd: string | null = null;

function tell(message: ProgramMessage): void {
  if (process.connected) process.send?.(message);
}

function failureOf(error: unknown): CallFailure {
  if (error instanceof ClusterError) return { code: error.code, message: error.message, details: error.details };
  return { code: null, message: error instanceof Error ? String(error.stack) : String(error), details: {} };
}

async function answer(id: number, ask: () => unknown): Promise<void> {
  try {
    tell({ kind: 'answer', id, value: await ask() });
  } catch (error) {
    tell({ kind: 'failure', id, failure: failureOf(error) });
  }
}

// Also while it opens its store: it never outlives who started it.
process.on('disconnect', () => process.exit());

const store = await connectStore(options).catch((error: unknown) => {
  tell({ kind: 'failure', id: OPENING, failure: failureOf(error) });
});

/** Until it is known to be done: each is one write, whatever became of its attempts. */
async function insist(write: (terms: { requestId: string; timeoutMs: number }) => Promise<unknown>): Promise<void> {
  const terms = { requestId: randomUUID(), timeoutMs: ATTEMPT_MS };
  for (;;) {
    try {
      await write(terms);
      return;
    } catch (error) {
      const again = error instanceof ClusterError && (error.code === 'OutcomeUnknown' || error.retryable);
      if (!again) throw error;
    }
  }
}

/** A second effect of any of these writes would be refused, or would show in an epoch. */
async function writeOn(client: string): Promise<void> {
  if (store === undefined) return;
  await insist((terms) => store.createTopic(client, { partitions: 1, replicationFactor: 2 }, terms));
  for (let step = 1; !resting; step += 1) {
    const spec = { partitions: 1, replicationFactor: 1, assignment: 'none' as const };
    await insist((terms) => store.createTopic(`${client}.${step}`, spec, terms));
    const partition = await store.getPartition(client, 0, { consistency: 'local' });
    const leader = partition?.replicas[0] ?? 0;
    await insist((terms) => store.updateLeader(client, 0, leader, (partition?.leaderEpoch ?? 0) + 1, terms));
    tell({ kind: 'acknowledged', client, step });
  }
}

const added: Readonly<Record<string, (...args: never[]) => unknown>> = {
  /** Each client writes one after the other until `rest`. */
  write(clients: readonly string[]) {
    resting = false;
    writing = Promise.all(clients.map(writeOn));
    writing.catch(() => undefined); // told by `rest`
  },
  /** Once all have been told that what they wrote is done. */
  async rest() {
    resting = true;
    await writing;
  },
  /** Begins anew. */
  watch(fromIndex: number) {
    changes = [];
    watchEnd = null;
    const watch = store?.watch({ fromIndex }) ?? [];
    const gather = async (): Promise<void> => {
      for await (const change of watch) changes.push(change);
    };
    gather().catch((error: unknown) => {
      watchEnd = failureOf(error).code ?? failureOf(error).message;
    });
  },
  watched(): Watched {
    return { changes, end: watchEnd };
  },
};

function methodOf(name: string): (...args: never[]) => unknown {
  const [group = '', inGroup] = name.split('.');
  const own = added[name];
  if (own !== undefined) return own;
  const owner = inGroup === undefined ? store : store?.groups;
  const method = (owner as unknown as Record<string, ((...args: never[]) => unknown) | undefined>)[inGroup ?? group];
  if (method === undefined) throw new Error(`there is no method ${name}`);
  return method.bind(owner);
}

if (store !== undefined) {
  process.on('message', ({ id, name, args }: StoreCall) => {
    void answer(id, () => methodOf(name)(...(args as never[])));
  });
  tell({ kind: 'answer', id: OPENING, value: true });
}
