/** The one way to say that a file does not hold what was once safe in it. */
import { ClusterError } from '../errors.js';

/** `details`: file, offset (bytes from the file's start), reason. */
export function corruptLog(file: string, offset: number, reason: string): ClusterError {
  return new ClusterError('CorruptLog', `${file} is damaged at offset ${offset}: ${reason}`, { file, offset, reason });
}
