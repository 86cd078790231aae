/** The compiled command on an etcd with TLS and users: what it is let in with, and what it says where it is not. */
import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeCertificates, opensslProgram, type Certificates } from '../support/certificates.js';
import { runCommand, startCommand } from '../support/command.js';
import { withDataDir } from '../support/data-dirs.js';
import { etcdProgram, startEtcdCluster, type EtcdCluster } from '../support/etcd-cluster.js';
import { enableUsersInEtcd } from '../support/etcd-gateway.js';

const test = suite('who conclave is to etcd');
const what = 'the command on an etcd with TLS and users';
const etcdPath = etcdProgram(what);
const openssl = opensslProgram(what);

const user = { name: 'conclave', password: 'secret of a test', prefix: '/mine/' };

async function withSecuredEtcd(body: (etcd: EtcdCluster, certificates: Certificates) => Promise<void>): Promise<void> {
  if (etcdPath === null || openssl === null) return;
  const certificates = makeCertificates(openssl);
  try {
    await using etcd = await startEtcdCluster(etcdPath, { size: 1, tls: certificates });
    await enableUsersInEtcd(etcd.endpoints[0] ?? '', user);
    await body(etcd, certificates);
  } finally {
    certificates.remove();
  }
}

async function askedAs(etcd: EtcdCluster, { caFile, certFile, keyFile }: Certificates, folder: string): Promise<void> {
  const [right, wrong] = [`${folder}/password`, `${folder}/wrong`];
  writeFileSync(right, `${user.password}\n`);
  writeFileSync(wrong, 'another\n');
  const place = ['--endpoints', etcd.secureEndpoints.join(), '--prefix', user.prefix];
  const own = ['--cert', certFile, '--key', keyFile, '--user', user.name];
  const up = ['up', '--engine', 'etcd', ...place, '--listen', '127.0.0.1:0', '--timeout', '10s'];

  const command = startCommand([...up, '--cacert', caFile, ...own, '--password-file', right]);
  await command.waitForOutput('its address and its state', (stdout, stderr) => {
    return /^Serving \S+$/m.test(stderr) && stdout.endsWith('\n');
  });
  command.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await command.ended;
  assert.is(exitCode, 130);
  assert.not.match(stderr, /Warning/);
  assert.match(stdout, `at ${etcd.secureEndpoints.join()}, prefix ${user.prefix}`);

  const data = `${folder}/brought`;
  const migrate = ['migrate', '--from', 'etcd', ...place, '--data', data, '--cacert', caFile, ...own];
  const moved = await runCommand([...migrate, '--password-file', right]);
  assert.equal([moved.exitCode, moved.stderr], [0, '']);
  assert.match(moved.stdout, /^6 brokers, 12 topics, /);

  const refused = await runCommand([...up, '--cacert', caFile, ...own, '--password-file', wrong]);
  assert.equal([refused.exitCode, refused.stdout], [1, '']);
  assert.match(refused.stderr, /^conclave: InvalidArgument: [^\n]*authentication failed[^\n]*\n$/);

  const known = ['--user', user.name, '--password-file', right];
  for (const words of [up, ['migrate', '--from', 'etcd', ...place, '--data', `${folder}/none`]]) {
    const unknown = await runCommand([...words, ...known]);
    assert.equal([unknown.exitCode, unknown.stdout], [1, '']);
    assert.match(unknown.stderr, /^conclave: NoLeader: [^\n]*certificate[^\n]*; see --cacert, --cert and --key\n$/);
  }
}

const name = 'TLS and a password are enough; a wrong password, or no authority, is told in one line';
if (etcdPath === null || openssl === null) test.skip(name);
else {
  test(name, () => {
    return withSecuredEtcd((etcd, certificates) => withDataDir((folder) => askedAs(etcd, certificates, folder)));
  });
}

test.run();
