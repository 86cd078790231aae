/**
 * What an operation or a query comes to, as plain data that crosses threads and is kept for repeats: a rejection is
 * an answer too.
 */
import type { ErrorCode, ErrorValue } from '../errors.js';

export type OperationAnswer<Value = unknown> = { readonly value: Value } | { readonly error: ErrorValue };

export function rejected(code: ErrorCode, message: string): { readonly error: ErrorValue } {
  return { error: { code, message } };
}

/** For data out of shape. */
export function malformed(problem: string): { readonly error: ErrorValue } {
  return rejected('InvalidArgument', problem);
}
