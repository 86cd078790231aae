/** `conclave broker`: the brokers that a running cluster keeps records of. */

import { Argument, type Command } from 'commander';
import type { BalanceReport, BrokerBalance, BrokerInfo, NewBroker } from '../index.js';
import { done, rowsOf, type Answer } from './answer.js';
import { parseId } from './options.js';
import type { Remote } from './remote.js';
import { factLines, formatBytes, orDash, type Column } from './tables.js';
import { lookingVerb, noun, verb, type AskRemote, type ParsedRemoteOptions } from './verbs.js';

const EXAMPLES = [
  'broker list -o wide',
  'broker register 7 127.0.0.1:9098 --rack rack-1',
  'broker drain 7                           its leaderships move to others',
  'broker unregister 7                      once no partition has a replica there',
];

const COLUMNS: readonly Column<BrokerInfo>[] = [
  { heading: 'BROKER', text: ({ id }) => id },
  { heading: 'ADDRESS', text: ({ addr }) => addr },
  { heading: 'RACK', text: ({ rack }) => orDash(rack) },
  {
    heading: 'STATUS',
    text: ({ status }) => status,
    colour: ({ status }) => (status === 'alive' ? 'green' : status === 'draining' ? 'yellow' : 'red'),
  },
  { heading: 'EPOCH', text: ({ brokerEpoch }) => brokerEpoch, align: 'right' },
  { heading: 'LAST HEARTBEAT', text: ({ lastHeartbeat }) => timeText(lastHeartbeat), wide: true },
  { heading: 'DISK', text: ({ resources }) => share(resources.diskUsedBytes, resources.diskTotalBytes), wide: true },
  {
    heading: 'MEMORY',
    text: ({ resources }) => share(resources.memoryUsedBytes, resources.memoryTotalBytes),
    wide: true,
  },
  { heading: 'CORES', text: ({ resources }) => resources.cpuCores, align: 'right', wide: true },
];

export function brokerCommands(ask: AskRemote): Command {
  const broker = noun('broker', 'brokers: register and unregister, drain', EXAMPLES);
  const id = (): Argument => new Argument('<id>', 'number of a broker').argParser(parseId);
  broker.addCommand(
    lookingVerb('list', 'the brokers, by id').action((options: ParsedRemoteOptions) => {
      ask(options, async (remote) => rowsOf((await remote.get('/brokers')) as BrokerInfo[], COLUMNS));
    }),
  );
  broker.addCommand(
    lookingVerb('describe', 'a broker, and what it carries')
      .addArgument(id())
      .action((broker: number, options: ParsedRemoteOptions) => {
        ask(options, (remote) => describe(remote, broker));
      }),
  );
  broker.addCommand(
    verb('register', 'add a broker')
      .addArgument(id())
      .argument('<address>', 'host:port')
      .option('--rack <name>', 'the rack that it stands in')
      .action((id: number, addr: string, options: ParsedRemoteOptions & { rack?: string }) => {
        const { rack } = options;
        const body: NewBroker = { id, addr, ...(rack === undefined ? {} : { rack }) };
        ask(options, async (remote) => done(await remote.send('POST', '/brokers', body), `broker ${id} registered`));
      }),
  );
  broker.addCommand(
    verb('unregister', 'remove a broker that has no replicas')
      .addArgument(id())
      .action((id: number, options: ParsedRemoteOptions) => {
        ask(options, async (remote) => {
          await remote.send('DELETE', `/brokers/${id}`);
          return done({ unregistered: id }, `broker ${id} unregistered`);
        });
      }),
  );
  broker.addCommand(
    verb('drain', 'move leadership away from a broker, as before its end')
      .addArgument(id())
      .action((id: number, options: ParsedRemoteOptions) => {
        ask(options, async (remote) => {
          const drained = (await remote.send('POST', `/brokers/${id}/drain`)) as BrokerInfo;
          return done(drained, `broker ${id} is ${drained.status}`);
        });
      }),
  );
  return broker;
}

async function describe(remote: Remote, id: number): Promise<Answer> {
  const broker = (await remote.get(`/brokers/${id}`)) as BrokerInfo;
  const { brokers } = (await remote.get('/balance')) as BalanceReport;
  const load: BrokerBalance | null = brokers.find((each) => each.id === id) ?? null;
  const { resources } = broker;
  return {
    json: { broker, load },
    text: () =>
      factLines([
        ['broker', String(id)],
        ['address', broker.addr],
        ['rack', orDash(broker.rack)],
        ['status', broker.status],
        ['epoch', String(broker.brokerEpoch)],
        ['registered', timeText(broker.registeredAt)],
        ['heartbeat', timeText(broker.lastHeartbeat)],
        ['replicas', String(load?.replicas ?? 0)],
        ['leaders', String(load?.leaders ?? 0)],
        ['disk', share(resources.diskUsedBytes, resources.diskTotalBytes)],
        ['memory', share(resources.memoryUsedBytes, resources.memoryTotalBytes)],
        ['cores', String(resources.cpuCores)],
      ]),
  };
}

function timeText(unixMs: number): string {
  return unixMs === 0 ? '-' : new Date(unixMs).toISOString();
}

function share(usedBytes: number, totalBytes: number): string {
  return totalBytes === 0 ? '-' : `${formatBytes(usedBytes)} of ${formatBytes(totalBytes)}`;
}
