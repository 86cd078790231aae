/**
 * How much work something is: processor time of this process, which hardly changes with what else the machine has to
 * do. That of the garbage collector's threads is part of it.
 */
export function cpuTimeNs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}
