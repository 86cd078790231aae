/** The name under which files belong to a state machine: those of one are never handed to another. */
import { ClusterError } from '../errors.js';
import { endsBy, type Deadline } from '../client/waiting.js';

/** The module's export `name`; null for the metadata machine. */
export async function stateMachineName(module: string | null, deadline: Deadline): Promise<string | null> {
  if (module === null) return null;
  const loading = import(module).catch((error: unknown) => {
    throw new ClusterError('InvalidArgument', `stateMachine: ${module} cannot be loaded: ${String(error)}`);
  });
  const { name } = (await endsBy(loading, deadline)) as { readonly name?: unknown };
  if (typeof name === 'string' && name !== '') return name;
  throw new ClusterError('InvalidArgument', `stateMachine: with a dataDir ${module} must export its name`);
}
