/** Files of other tools, as several tests bring them in. */

/** A Strimzi resource. */
export const topic = (name: string, spec: string): string =>
  `kind: KafkaTopic\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

/** A cluster of which broker 2 was down: it was no leader and out of sync. */
export const KCAT = JSON.stringify({
  originating_broker: { id: 0, name: 'k0:9092/0' },
  query: { topic: '*' },
  controllerid: 0,
  brokers: [
    { id: 0, name: 'k0:9092' },
    { id: 1, name: 'k1:9092' },
  ],
  topics: [
    {
      topic: 'orders',
      partitions: [
        { partition: 0, leader: 1, replicas: [{ id: 0 }, { id: 1 }, { id: 2 }], isrs: [{ id: 1 }, { id: 0 }] },
        { partition: 1, error: 'x', leader: -1, replicas: [{ id: 2 }, { id: 1 }, { id: 0 }], isrs: [{ id: 2 }] },
      ],
    },
  ],
});
