/**
 * The metadata store on etcd beside etcd itself, through the same client library and in the same run: what batching
 * gains where many write, and what a write costs over the one conditional transaction it is made of where one does.
 */
import { connectStore } from '../../src/index.js';
import { contender, countText, inTurns, medianFigure, medianOf, rateFigure, rateOf, ratios } from '../in-turns.js';
import type { Figure } from '../figure.js';
import { leaderChanges, registerBrokers } from '../leader-changes.js';
import { opaqueEntry } from '../opaque-entries.js';
import { findProgram, importInstalled, notInstalled } from './availability.js';
import { startEtcd, type EtcdCluster } from './etcd-cluster.js';

const manyClients = 256;
const keyCount = 1000;
const state = { topics: 1, partitionsEach: 16 };
/** Issue (8). */
const goals = { timesPuts: 8, timesTransaction: 1.3 };

export async function measureStoreInEtcd({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const program = findProgram('etcd');
  if (program === null) return [notInstalled('the store on etcd', 'apt-get install etcd-server')];
  const library = await importInstalled(() => import('etcd3'));
  if (library === null) return [notInstalled('the store on etcd', 'npm install --no-save etcd3@1.1.2')];
  await using etcd = await startEtcd({ program, library });
  await using store = await connectStore({ engine: 'etcd', endpoints: [etcd.endpoint], prefix: '/bench' });
  await registerBrokers(store);
  const { call: write } = await leaderChanges(store, 'in-etcd', state);
  const turns = { rounds: quick ? 3 : 7, runMs: quick ? 600 : 1_200, warmUpMs: 1_500 };
  const many = { put: contender(puts(etcd)), store: contender(write) };
  const ofMany = await inTurns(many, manyClients, turns);
  const alone = { transaction: contender(transactions(etcd)), store: contender(write) };
  const ofOne = await inTurns(alone, 1, turns);
  const { timesPuts, timesTransaction } = goals;
  const [ofPuts, ofWrites] = [`puts, ${countText(manyClients)}`, `update leader, ${countText(manyClients)}`];
  return [
    rateFigure(`${ofPuts}: etcd`, ofMany.put, { note: `etcd ${etcd.version}, three processes` }),
    rateFigure(`${ofWrites}: Conclave on etcd`, ofMany.store),
    {
      name: `${ofWrites}: times etcd's puts`,
      unit: 'x',
      ...ratios(ofMany.store, ofMany.put, rateOf),
      goal: { atLeast: timesPuts },
      note: 'turn by turn',
    },
    medianFigure(`conditional transaction, ${countText(1)}: etcd`, ofOne.transaction),
    medianFigure(`update leader, ${countText(1)}: Conclave on etcd`, ofOne.store),
    {
      name: `update leader, ${countText(1)}: times one conditional transaction`,
      unit: 'x',
      ...ratios(ofOne.store, ofOne.transaction, medianOf),
      goal: { atMost: timesTransaction },
      note: 'medians of latency, turn by turn',
    },
  ];
}

function puts({ client }: EtcdCluster): () => Promise<unknown> {
  const value = Buffer.from(opaqueEntry);
  let next = 0;
  return () => {
    next += 1;
    return client
      .put(`key-${next % keyCount}`)
      .value(value)
      .exec();
  };
}

/** What an append is made of: the head as it was found, the next one, and an entry. */
function transactions({ client }: EtcdCluster): () => Promise<unknown> {
  const value = Buffer.from(opaqueEntry);
  let last = '';
  let next = 0;
  return async () => {
    next += 1;
    const head = `head ${next}`;
    const isHead = last === '' ? client.if('head', 'Version', '==', 0) : client.if('head', 'Value', '==', last);
    const { succeeded } = await isHead
      .then(client.put('head').value(head), client.put(`entry-${next}`).value(value))
      .commit();
    if (!succeeded) throw new Error('nobody else writes there');
    last = head;
  };
}
