/** Nodes and links, where there are any: the members of etcd are its own, and each of these paths says so. */
import { Refusal } from './error-response.js';
import { addLinkRoutes } from './link-routes.js';
import { addNodeRoutes } from './node-routes.js';
import type { Parts } from './parts.js';
import type { App } from './web.js';

const PATHS = ['/v1/nodes', '/v1/nodes/*', '/v1/links', '/v1/links/*', '/v1/partition', '/v1/heal'];

export function addMemberRoutes(app: App, { served: { cluster }, limits }: Parts): void {
  if (cluster !== null) {
    addNodeRoutes(app, cluster, limits);
    addLinkRoutes(app, cluster, limits);
    return;
  }
  for (const path of PATHS) {
    app.all(path, () => {
      throw new Refusal('OtherEngine', 'etcd orders the entries here: its members are managed with etcdctl');
    });
  }
}
