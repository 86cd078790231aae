/** The bounds of what an operation may hold. Part of the format: every node must refuse the same operations. */

/** Kafka's broker ids are int32; 0 is "none" here. */
export const MAX_BROKER_ID = 2_147_483_647;
/** Whose heartbeats one operation records. */
export const MAX_BROKERS_PER_OPERATION = 10_000;
export const MAX_ADDRESS_LENGTH = 261;
export const MAX_RACK_LENGTH = 255;
/** Kafka's are UUIDs; any text serves. */
export const MAX_INCARNATION_ID_LENGTH = 255;
/** Kafka's topic names. */
export const MAX_NAME_LENGTH = 249;
export const MAX_PARTITIONS_PER_TOPIC = 100_000;
/** Kafka's factor is an int16. */
export const MAX_REPLICATION_FACTOR = 32_767;
/** Of a leader, as an operator may set it: the whole numbers above it last for all the elections to come. */
export const MAX_REQUESTED_EPOCH = 2 ** 51;
/** What elections could not have reached. */
export const MAX_STORED_EPOCH = 2 ** 52;
/** Partitions that one operation elects leaders of, or reassigns: what KRaft writes at most for one call. */
export const MAX_CHANGES_PER_OPERATION = 10_000;
/** Random numbers are seeded with 32 bits. */
export const MAX_PLACEMENT_SEED = 0xffff_ffff;
/** What the placements of one operation may come to: partitions times factor. */
export const MAX_REPLICAS_PER_OPERATION = 1_000_000;
/** As many as Kafka's controller writes records for one request. */
export const MAX_TOPICS_PER_OPERATION = 10_000;
export const MAX_SETTING_LENGTH = 32_767;

/** Kafka has no limit but the length of a string; control characters are refused as well. */
export const MAX_GROUP_ID_LENGTH = 255;
/** Of member ids, and of the names of protocols and of their type. */
export const MAX_MEMBER_ID_LENGTH = 255;
/** Kafka's group.max.size, which it does not bound: a change of one member copies the list of all. */
export const MAX_GROUP_MEMBERS = 10_000;
export const MAX_GROUP_PROTOCOLS = 16;
export const MAX_PROTOCOL_METADATA_LENGTH = 65_536;
/** Kafka's generations are int32. */
export const MAX_GENERATION = 2_147_483_647;
/**
 * Kafka's group.max.session.timeout.ms. Its minimum, 6,000, is a setting that spares brokers heartbeats; here members
 * live in the same process, and tests want to see them expire.
 */
export const MIN_SESSION_TIMEOUT_MS = 10;
export const MAX_SESSION_TIMEOUT_MS = 1_800_000;
/** An int32 in Kafka. */
export const MAX_REBALANCE_TIMEOUT_MS = 2_147_483_647;
/** What the server assigns in one operation; a leader of the user's own may assign more. */
export const MAX_ASSIGNED_PARTITIONS = 200_000;
export const MAX_OFFSETS_PER_COMMIT = 100_000;
/** Kafka's offset.metadata.max.bytes, in characters. */
export const MAX_OFFSET_METADATA_LENGTH = 4_096;
/** Kafka's offsets.retention.minutes, a week. */
export const OFFSETS_RETENTION_MS = 604_800_000;
