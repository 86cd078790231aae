/** Counts the requests of each client address: a bucket that fills up with time, and that each request takes from. */
import type { ServiceLimits } from './limits.js';

interface Bucket {
  requests: number;
  atMs: number;
}

type RateLimits = Pick<ServiceLimits, 'burstRequests' | 'requestsPerSecond' | 'addresses'>;

/** Answers whether one more request of an address is within the limits. */
export function createRateLimit(limits: RateLimits, nowMs: () => number): (address: string) => boolean {
  const { burstRequests, requestsPerSecond, addresses } = limits;
  /** By address, the one that asked last at the end. */
  const buckets = new Map<string, Bucket>();
  return (address) => {
    const now = nowMs();
    const { requests, atMs } = buckets.get(address) ?? { requests: burstRequests, atMs: now };
    const available = Math.min(burstRequests, requests + ((now - atMs) * requestsPerSecond) / 1_000);
    const isWithin = available >= 1;
    buckets.delete(address);
    buckets.set(address, { requests: isWithin ? available - 1 : available, atMs: now });
    const [oldest] = buckets.keys();
    if (buckets.size > addresses && oldest !== undefined) buckets.delete(oldest);
    return isWithin;
  };
}
