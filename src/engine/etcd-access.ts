/** Where etcd is, and as whom it is asked. */
import { readFile } from 'node:fs/promises';
import { must } from '../assert.js';
import { ClusterError } from '../errors.js';

/** Paths are those of PEM files. */
export interface EtcdAccess {
  /** `http://` or `https://`, host and port. */
  readonly endpoints: readonly string[];
  /** Ends with a slash: of all keys. */
  readonly prefix: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

export interface EtcdCredentials {
  readonly rootCertificate: Buffer;
  readonly certChain?: Buffer;
  readonly privateKey?: Buffer;
}

/** Null: none are given. Rejects `InvalidArgument` where a file cannot be read. */
export async function readCredentials({ caFile, certFile, keyFile }: EtcdAccess): Promise<EtcdCredentials | null> {
  if (caFile === null) return null;
  const [rootCertificate, certChain, privateKey] = await Promise.all([caFile, certFile, keyFile].map(readPem));
  return {
    rootCertificate: must(rootCertificate, 'a file that was named'),
    ...(certChain === undefined ? {} : { certChain }),
    ...(privateKey === undefined ? {} : { privateKey }),
  };
}

async function readPem(path: string | null): Promise<Buffer | undefined> {
  if (path === null) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new ClusterError('InvalidArgument', `${path} cannot be read: ${(error as Error).message}`);
  }
}
