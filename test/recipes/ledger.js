/** A state machine of one's own: accounts, and transfers between them that are refused where the money is missing. */

export const name = 'ledger';

export const people = ['alice', 'bob', 'carol'];

/** The bytes of an entry. */
export function transfer(from, to, amount) {
  return new TextEncoder().encode(JSON.stringify({ from, to, amount }));
}

/** Every node calls it with the same entries in the same order: no clock, no chance, and no throw. */
export default function createLedger() {
  let balances = Object.fromEntries(people.map((name) => [name, 100]));
  return {
    apply(entry) {
      const { from, to, amount } = JSON.parse(new TextDecoder().decode(entry));
      if (balances[from] < amount) return { refused: `${from} has ${balances[from]}` };
      balances[from] -= amount;
      balances[to] += amount;
      return { from: balances[from], to: balances[to] };
    },
    query: () => ({ ...balances }),
    snapshot: () => new TextEncoder().encode(JSON.stringify(balances)),
    restore(snapshot) {
      balances = JSON.parse(new TextDecoder().decode(snapshot));
    },
    /** For an invariant of the simulation; the cluster does not call it. */
    balances: () => balances,
  };
}
