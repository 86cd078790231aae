/** Etcd's JSON gateway: what tests do to it beside the store, as an operator would with etcdctl. */

/** Texts in `body` are as etcd wants them, keys and values in base64. `token`: of a user, once there are any. */
async function askEtcd<Answer>(
  endpoint: string,
  path: string,
  { token, ...body }: { readonly token?: string } & Record<string, unknown> = {},
): Promise<Answer> {
  const response = await fetch(`${endpoint}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
    ...(token === undefined ? {} : { headers: { authorization: token } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`etcd at ${endpoint}, ${path}: ${text}`);
  return JSON.parse(text) as Answer;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export async function putInEtcd(endpoint: string, key: string, value: string): Promise<void> {
  await askEtcd(endpoint, 'kv/put', { key: base64(key), value: base64(value) });
}

/** All history up to now: who reads on from an earlier revision cannot. */
export async function compactEtcd(endpoint: string): Promise<void> {
  const { header } = await askEtcd<{ header: { revision: string } }>(endpoint, 'kv/range', { key: 'AA==' });
  await askEtcd(endpoint, 'kv/compaction', { revision: header.revision, physical: true });
}

export async function deleteInEtcd(endpoint: string, prefix: string): Promise<void> {
  await askEtcd(endpoint, 'kv/deleterange', rangeBelow(prefix));
}

/** As the alarm NOSPACE asks of an operator. */
export async function freeSpaceInEtcd(endpoint: string): Promise<void> {
  await compactEtcd(endpoint);
  await askEtcd(endpoint, 'maintenance/defragment');
  const { alarms = [] } = await askEtcd<{ alarms?: object[] }>(endpoint, 'maintenance/alarm');
  for (const alarm of alarms) await askEtcd(endpoint, 'maintenance/alarm', { action: 'DEACTIVATE', ...alarm });
}

const root = { name: 'root', password: 'of-root' };

/** From now on etcd asks who asks: there is this user, who may read and write below `prefix` alone, and root. */
export async function enableUsersInEtcd(
  endpoint: string,
  { prefix, ...user }: { name: string; password: string; prefix: string },
): Promise<void> {
  for (const one of [root, user]) {
    await askEtcd(endpoint, 'auth/user/add', one);
    await askEtcd(endpoint, 'auth/role/add', { name: one.name });
    await askEtcd(endpoint, 'auth/user/grant', { user: one.name, role: one.name });
  }
  const perm = { permType: 'READWRITE', ...rangeBelow(prefix) };
  await askEtcd(endpoint, 'auth/role/grant', { name: user.name, perm });
  await askEtcd(endpoint, 'auth/enable');
}

/** As root. What the role of the user of that name may do below the prefix: nothing any more, or all again. */
export async function allowInEtcd(endpoint: string, name: string, prefix: string, allowed: boolean): Promise<void> {
  const { token } = await askEtcd<{ token: string }>(endpoint, 'auth/authenticate', root);
  const range = rangeBelow(prefix);
  const perm = { permType: 'READWRITE', ...range };
  if (allowed) await askEtcd(endpoint, 'auth/role/grant', { token, name, perm });
  else await askEtcd(endpoint, 'auth/role/revoke', { token, role: name, ...range });
}

/** A prefix that ends with a slash; `0` comes behind that. */
function rangeBelow(prefix: string): { key: string; range_end: string } {
  return { key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`) };
}
