/**
 * What does it cost that a broker is fenced? The state machine alone, in this thread: a broker that leads 10,000 of
 * 100,000 partitions and holds 30,000 replicas is fenced, comes back, and gets its leaderships back in passes of 1,000.
 * A fence among twice as many partitions, of which the broker holds no more, is held against that.
 */
import { balanceLeaders } from '../src/controller/leader-balance.js';
import { createMetadataMachine, type MetadataMachine } from '../src/metadata/metadata-state-machine.js';
import { cpuTimeNs } from './cpu-time.js';
import { median, type Figure } from './figure.js';

const FENCED = 1;
const LEADERSHIPS = 10_000;
const PARTITIONS_PER_TOPIC = 1_000;
const BROKERS = 10;
/** What is paid for is what the broker has, not what there is. */
const MOST_TIMES_AMONG_MORE = 1.5;

interface Costs {
  readonly fence: number[];
  readonly unfence: number[];
  /** One pass that finds a thousand elections, and one that finds none. */
  readonly search: number[];
  readonly searchInVain: number[];
  readonly balance: number[];
}

export function measureFencing({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const rounds = quick ? 3 : 9;
  const costs = measure(BROKERS, rounds);
  const amongMore = measure(2 * BROKERS, rounds);
  const partitions = (BROKERS * LEADERSHIPS).toLocaleString('en-US');
  const figure = (name: string, repeats: number[]): Figure => ({
    name: `${partitions} partitions: ${name}`,
    value: median(repeats),
    unit: 'ms',
    repeats,
    note: '',
  });
  return Promise.resolve([
    figure('fence a broker with 10,000 leaderships', costs.fence),
    {
      name: 'the same among twice as many partitions',
      value: median(amongMore.fence) / median(costs.fence),
      unit: 'x',
      goal: { atMost: MOST_TIMES_AMONG_MORE },
      note: '',
    },
    figure('unfence it', costs.unfence),
    figure('find 1,000 preferred elections', costs.search),
    figure('elect them', costs.balance),
    figure('find none', costs.searchInVain),
  ]);
}

function measure(brokers: number, rounds: number): Costs {
  const { machine, apply } = filledMachine(brokers);
  const costs: Costs = { fence: [], unfence: [], search: [], searchInVain: [], balance: [] };
  for (let round = -1; round < rounds; round += 1) {
    const times = measureRound(machine, apply);
    if (round < 0) continue;
    for (const name of Object.keys(costs) as (keyof Costs)[]) costs[name].push(times[name]);
  }
  return costs;
}

type Apply = (...operations: readonly object[]) => void;

function measureRound(machine: MetadataMachine, apply: Apply): Record<keyof Costs, number> {
  const held = Object.values(machine.dump().partitions).filter(({ replicas }) => replicas.includes(FENCED));
  const setStatus = (status: string): void => {
    apply({ type: 'update_broker', data: { id: FENCED, change: { status } } });
  };
  const fence = timeMs(() => {
    setStatus('unreachable');
  });
  const unfence = timeMs(() => {
    setStatus('alive');
  });
  apply(...held.map(({ topic, partition, isr }) => ({ type: 'update_isr', data: { topic, partition, isr } })));
  let [search, balance] = [0, 0];
  let passes = 0;
  for (; ; passes += 1) {
    let found = balanceLeaders(machine.image());
    if (found.operations.length === 0) break;
    search += timeMs(() => {
      found = balanceLeaders(machine.image());
    });
    balance += timeMs(() => {
      apply(...found.operations);
    });
  }
  if (passes * 1_000 !== LEADERSHIPS) throw new Error(`${passes} passes`);
  const searchInVain = timeMs(() => {
    balanceLeaders(machine.image());
  });
  return { fence, unfence, search: search / passes, balance: balance / passes, searchInVain };
}

/** In one batch; every operation must be accepted. */
function filledMachine(brokers: number): { machine: MetadataMachine; apply: Apply } {
  const machine = createMetadataMachine();
  const encoder = new TextEncoder();
  let index = 0;
  const apply: Apply = (...operations) => {
    machine.begin();
    for (const operation of operations) {
      index += 1;
      const answer = machine.apply(encoder.encode(JSON.stringify({ ...operation, timestamp: index })), { index });
      if ('error' in answer) throw new Error(`refused: ${answer.error.message}`);
    }
    machine.end();
  };
  const ids = Array.from({ length: brokers }, (_, place) => place + 1);
  apply(...ids.map((id) => ({ type: 'register_broker', data: { id, addr: `127.0.0.1:${9000 + id}` } })));
  const topics = Array.from({ length: (brokers * LEADERSHIPS) / PARTITIONS_PER_TOPIC }, (_, place) => `topic-${place}`);
  const shape = { partitions: PARTITIONS_PER_TOPIC, replicationFactor: 3 };
  for (const name of topics) apply({ type: 'create_topic', data: { name, ...shape } });
  return { machine, apply };
}

function timeMs(work: () => void): number {
  return cpuTimeNs(work) / 1e6;
}
