/** Certificates for tests with TLS, made by openssl: an authority, and one of its own for 127.0.0.1. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../bench/peers/availability.js';

export interface Certificates {
  readonly caFile: string;
  /** Of a server, and of a client too. */
  readonly certFile: string;
  readonly keyFile: string;
  remove(): void;
}

/** Null: there is no openssl, and what was to be shown with it is told as skipped. */
export function opensslProgram(what: string): string | null {
  const program = findProgram('openssl');
  if (program === null) console.log(`skipped: ${what}: there is no openssl on PATH`);
  return program;
}

/** Signed by an authority that is made for it alone. */
export function makeCertificates(openssl: string): Certificates {
  const folder = fs.mkdtempSync(join(tmpdir(), 'conclave-certificates-'));
  const file = (name: string): string => join(folder, name);
  const run = (...words: string[]): void => {
    execFileSync(openssl, words, { stdio: 'pipe' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-x509', '-days', '2', '-subj', '/CN=an authority of a test'];
  run('req', ...authority, ...key, '-keyout', file('ca.key'), '-out', file('ca.pem'));
  run('req', '-subj', '/CN=127.0.0.1', ...key, '-keyout', file('own.key'), '-out', file('own.csr'));
  fs.writeFileSync(file('extensions'), 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n');
  const signing = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'];
  run('x509', '-req', '-in', file('own.csr'), ...signing, '-extfile', file('extensions'), '-out', file('own.pem'));
  const remove = (): void => {
    fs.rmSync(folder, { recursive: true, force: true });
  };
  return { caFile: file('ca.pem'), certFile: file('own.pem'), keyFile: file('own.key'), remove };
}
