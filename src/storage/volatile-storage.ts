/**
 * Durability `memory`: the log lives in the core alone and goes with its thread; a node that restarts is a new voter.
 */
import type { LogStorage } from './storage.js';

export function createVolatileStorage(): LogStorage {
  return {
    persist: () => undefined,
    compact: () => undefined,
    close: () => undefined,
  };
}
