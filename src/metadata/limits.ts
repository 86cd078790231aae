/** The bounds of what an operation may hold. Part of the format: every node must refuse the same operations. */

/** Kafka's broker ids are int32; 0 is "none" here. */
export const MAX_BROKER_ID = 2_147_483_647;
export const MAX_ADDRESS_LENGTH = 261;
export const MAX_RACK_LENGTH = 255;
/** Kafka's are UUIDs; any text serves. */
export const MAX_INCARNATION_ID_LENGTH = 255;
/** Kafka's topic names, and the names of its settings. */
export const MAX_NAME_LENGTH = 249;
export const MAX_PARTITIONS_PER_TOPIC = 100_000;
/** Kafka's factor is an int16. */
export const MAX_REPLICATION_FACTOR = 32_767;
/** What one placement may come to: partitions times factor. */
export const MAX_REPLICAS_PER_OPERATION = 1_000_000;
export const MAX_EXTRA_SETTINGS = 1_000;
export const MAX_SETTING_LENGTH = 32_767;
