/** Majorities. Pure arithmetic over what the voters have said (paper 5.2, 5.3). */

export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** The highest index that a majority has reached; 0 without voters. */
export function quorumIndex(matchIndexes: readonly number[]): number {
  const ascending = [...matchIndexes].sort((left, right) => left - right);
  return ascending[ascending.length - majorityOf(ascending.length)] ?? 0;
}

/** `null` stands for a voter that has not answered. */
export function voteResult(votes: readonly (boolean | null)[]): 'won' | 'lost' | 'pending' {
  const majority = majorityOf(votes.length);
  const granted = votes.filter((vote) => vote === true).length;
  if (granted >= majority) return 'won';
  const refused = votes.filter((vote) => vote === false).length;
  return votes.length - refused < majority ? 'lost' : 'pending';
}
