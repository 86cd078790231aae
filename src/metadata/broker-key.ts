/** The key under which answers wait for a change of a broker. */
export function brokerKey(brokerId: number): string {
  return `broker ${brokerId}`;
}
