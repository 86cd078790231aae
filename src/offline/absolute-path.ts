/** A path as a user gives it: one place that refuses what is none. */
import { resolve } from 'node:path';
import { ClusterError } from '../errors.js';

/** Throws `InvalidArgument`. `name`: of the argument. */
export function absolutePath(path: unknown, name: string): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return resolve(path);
  throw new ClusterError('InvalidArgument', `${name} must be a path`);
}
