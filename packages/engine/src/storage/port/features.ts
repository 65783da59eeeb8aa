/** What an adapter promises. The rest of the engine asks here and never for the adapter's name. */
export type StorageFeatures = {
  readonly adapter: 'redis' | 'lmdb' | 'simulated'
  /** Other processes may use the same storage at the same time. */
  readonly isCrossProcess: boolean
  /**
   * An atomic append may reach any partitions. Where it may not (Redis Cluster), one that reaches more than one partition number of
   * one placement fails with INVALID_ARGUMENT; so does one that carries offsets of a group and expects something of a
   * partition or a key. With offsets alone it may reach any partitions everywhere.
   */
  readonly isAtomicAcrossPartitions: boolean
  /** What an acknowledged append survives, per acks level; shown to users as it stands here. */
  readonly durability: {readonly leader: string; readonly all: string}
  /** Whether acks ALL can be kept at this moment (replicas or an append-only file exist). */
  readonly canAckAll: boolean
}
