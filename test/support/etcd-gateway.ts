/** Etcd's JSON gateway: what tests do to it beside the store, as an operator would with etcdctl. */

/** Texts in `body` are as etcd wants them, keys and values in base64. */
export async function askEtcd<Answer>(endpoint: string, path: string, body: object = {}): Promise<Answer> {
  const request = { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) };
  const response = await fetch(`${endpoint}/v3/${path}`, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`etcd at ${endpoint}, ${path}: ${text}`);
  return JSON.parse(text) as Answer;
}

export async function putInEtcd(endpoint: string, key: string, value: string): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  await askEtcd(endpoint, 'kv/put', { key: base64(key), value: base64(value) });
}

/** All history up to now: who reads on from an earlier revision cannot. */
export async function compactEtcd(endpoint: string): Promise<void> {
  const { header } = await askEtcd<{ header: { revision: string } }>(endpoint, 'kv/range', { key: 'AA==' });
  await askEtcd(endpoint, 'kv/compaction', { revision: header.revision, physical: true });
}

/** As the alarm NOSPACE asks of an operator. */
export async function freeSpaceInEtcd(endpoint: string): Promise<void> {
  await compactEtcd(endpoint);
  await askEtcd(endpoint, 'maintenance/defragment');
  const { alarms = [] } = await askEtcd<{ alarms?: object[] }>(endpoint, 'maintenance/alarm');
  for (const alarm of alarms) await askEtcd(endpoint, 'maintenance/alarm', { action: 'DEACTIVATE', ...alarm });
}
