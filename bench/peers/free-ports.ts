/** Ports on loopback that no one listens on: all held at once, so that none is given twice, then let go. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export async function findFreePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map((holder) => new Promise((closed) => holder.close(closed))));
  return ports;
}
