/** `conclave migrate`: its options, and which way it goes. `migrate.ts` does it. */

import { Command, Option } from 'commander';
import { usageError } from './errors.js';
import { addEtcdOptions, etcdTarget, type EtcdTarget, type ParsedEtcdOptions } from './etcd-options.js';
import { countUpTo, dataOption, outputOption, type OutputFormat } from './options.js';

export interface MigrateRequest {
  command: 'migrate';
  direction: 'to etcd' | 'from etcd';
  etcd: EtcdTarget;
  data: string;
  /** With 'from etcd'. Null: the default. */
  nodes: number | null;
  output: OutputFormat;
}

const HELP = `
Examples:
  $ conclave migrate --data ./cluster --to etcd --endpoints http://127.0.0.1:2379
  $ conclave migrate --from etcd --prefix /conclave --data ./cluster
  $ conclave up --data ./cluster          goes on with what was brought here

All of the state moves: metadata, groups, and what makes each write exactly once. Where it
comes from stays as it was: let nobody write there any more. Where it goes must be empty, and
holds all of it or nothing. Both ends are told with the hash of their state, that of the
target as it was read back; exit code 1 when they differ.`;

export function migrateCommand(ask: (request: MigrateRequest) => void): Command {
  const command = new Command('migrate')
    .description('move the state of a data folder to etcd, or from etcd to a data folder')
    .addOption(new Option('--to <engine>', 'from --data to this engine').choices(['etcd']))
    .addOption(new Option('--from <engine>', 'from this engine to --data').choices(['etcd']))
    .addOption(dataOption())
    .addOption(new Option('--nodes <count>', 'with --from: Raft nodes (default: 3)').argParser(countUpTo(9)));
  return addEtcdOptions(command, 'etcd')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action((options: ParsedMigrateOptions) => {
      const { to, from, data, nodes = null, output } = options;
      if ((to === undefined) === (from === undefined)) throw usageError('either --to etcd or --from etcd is needed');
      if (to !== undefined && nodes !== null) throw usageError('--nodes needs --from');
      const direction = to === undefined ? 'from etcd' : 'to etcd';
      ask({ command: 'migrate', direction, etcd: etcdTarget(options), data, nodes, output });
    });
}

/** As commander gives them. */
interface ParsedMigrateOptions extends ParsedEtcdOptions, Pick<MigrateRequest, 'data' | 'output'> {
  to?: 'etcd';
  from?: 'etcd';
  nodes?: number;
}
