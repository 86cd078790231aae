/** Etcd's JSON gateway: what tests do to it beside the store, as an operator would with etcdctl. */

/** Texts in `body` are as etcd wants them, keys and values in base64. */
export async function askEtcd<Answer>(endpoint: string, path: string, body: object = {}): Promise<Answer> {
  const request = { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) };
  const response = await fetch(`${endpoint}/v3/${path}`, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`etcd at ${endpoint}, ${path}: ${text}`);
  return JSON.parse(text) as Answer;
}
