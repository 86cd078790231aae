/** Which node is to be in which group of a network partition, and what that would cut. */

export const GROUP_NAMES = ['A', 'B', 'C', 'D'] as const;
export type GroupName = (typeof GROUP_NAMES)[number];

/** A node that is not named is in A. */
export type Groups = ReadonlyMap<number, GroupName>;

export const oneGroup: Groups = new Map();

export function groupOf(groups: Groups, node: number): GroupName {
  return groups.get(node) ?? 'A';
}

export function assign(groups: Groups, nodes: readonly number[], name: GroupName): Groups {
  return new Map([...groups, ...nodes.map((node) => [node, name] as const)]);
}

/** As the service takes them: those with members. */
export function groupLists(groups: Groups, nodes: readonly number[]): number[][] {
  return GROUP_NAMES.map((name) => nodes.filter((node) => groupOf(groups, node) === name)).filter(
    (members) => members.length > 0,
  );
}

export function isSplit(groups: Groups, nodes: readonly number[]): boolean {
  return groupLists(groups, nodes).length > 1;
}

/** The pairs of nodes between which nothing would pass. */
export function cutsOf(groups: Groups, nodes: readonly number[]): [number, number][] {
  return nodes.flatMap((a, place) =>
    nodes
      .slice(place + 1)
      .flatMap((b): [number, number][] => (groupOf(groups, a) === groupOf(groups, b) ? [] : [[a, b]])),
  );
}

/** The first group without a member that is not A: where nodes go that are drawn together. */
export function nextGroup(groups: Groups, nodes: readonly number[]): GroupName {
  const taken = new Set(nodes.map((node) => groupOf(groups, node)));
  return GROUP_NAMES.slice(1).find((name) => !taken.has(name)) ?? 'B';
}
