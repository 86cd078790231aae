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
  const makeKey = (path: string): void => {
    run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-out', path);
  };
  const extend = (...extensions: string[]): string[] => {
    fs.writeFileSync(file('extensions'), extensions.join('\n'));
    return ['-extfile', file('extensions'), '-days', '2'];
  };
  makeKey(file('ca.key'));
  const authority = ['-subj', '/CN=an authority of a test', '-key', file('ca.key')];
  run('x509', '-new', ...authority, ...extend('basicConstraints=CA:TRUE'), '-out', file('ca.pem'));
  makeKey(file('own.key'));
  run('pkey', '-in', file('own.key'), '-pubout', '-out', file('own.pub'));
  const own = ['-subj', '/CN=127.0.0.1', '-force_pubkey', file('own.pub')];
  const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key')];
  const uses = extend('subjectAltName=IP:127.0.0.1', 'extendedKeyUsage=serverAuth,clientAuth');
  run('x509', '-new', ...own, ...signer, ...uses, '-out', file('own.pem'));
  const remove = (): void => {
    fs.rmSync(folder, { recursive: true, force: true });
  };
  return { caFile: file('ca.pem'), certFile: file('own.pem'), keyFile: file('own.key'), remove };
}
