/** What the host and the thread of a log in etcd say to each other beside the engine's own messages. Types only. */
import type { EngineControl } from './engine.js';
import type { EtcdAccess } from './etcd-access.js';
import type { EtcdHealth } from './etcd-client.js';
import type { EtcdLogConfig, EtcdLogStatus } from './etcd/inputs.js';

export interface EtcdLogConfigMessage {
  readonly access: EtcdAccess;
  readonly log: EtcdLogConfig;
}

export interface EtcdLogReport extends EtcdLogStatus {
  /** The one in use. */
  readonly endpoint: string;
}

export interface EtcdLogControl extends EngineControl<EtcdLogReport> {
  /** Of etcd itself; `unknown`: why it does not tell. */
  health(): Promise<EtcdHealth | { readonly unknown: string }>;
  /** Another process may be the controller at once. */
  resign(): Promise<void>;
}
