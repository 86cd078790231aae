/** The token, for as long as this tab is open. */

const KEY = 'conclave-token';

export function readToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Null: none any more. */
export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}

export function authorization(): Record<string, string> {
  const token = readToken();
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}
