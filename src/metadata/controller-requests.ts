/** Which requests are for the controller of the leader, and not for the metadata. */
import type { ControllerRequestType } from './queries.js';

const TYPES: Readonly<Record<ControllerRequestType, true>> = { broker_heartbeat: true, group_heartbeat: true };

/** Whatever was asked. */
export function isControllerRequest(request: unknown): request is { readonly type: ControllerRequestType } {
  if (typeof request !== 'object' || request === null) return false;
  const { type } = request as Record<string, unknown>;
  return typeof type === 'string' && Object.hasOwn(TYPES, type);
}
