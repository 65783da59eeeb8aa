/**
 * Bounds of queues, batches, caches, pages and waits, with their units in the names. What happens at a bound is said where it is checked.
 * What bounds one function of SQL or one form of storage alone stands there.
 */
export const limits = {
  /** Encoded bytes a task reads from one input partition at a time; also bounds what one commit covers. */
  taskFetchBytesMax: 1 << 20,
  /** Rows a task processes before it commits. */
  taskCommitRowsMax: 50_000,
  /** Rows of a chunk that a task writes as a batch of its own; smaller ones are put together. */
  outputBatchRowsMin: 250,
  /** Length of a task's changelog from which on rows are written instead; a query may be given another by a property. */
  changelogBytesMax: 16 << 20,
  /** A commit of at most so many changes of state has room for rows, so many at a time. */
  smallCommitChangesMax: 500,
  rowsPerSmallCommitMax: 4_000,
  /** Changelogs that pull queries remember, of all tasks together; those not asked for longest go. */
  changelogViewBytesMax: 64 << 20,
  /** State entries read by one call when a task opens. */
  restorePageEntries: 10_000,
  /** Records of a repartition topic that are done when it is trimmed next. */
  ownTopicTrimRecords: 20_000,
  /** A sleeping task looks at its inputs at least this often, ms: a wake-up may be lost with its connection. */
  taskPollMs: 5_000,
  /** Pause before a task opens again after a retryable failure, ms: doubles from the first to the last. */
  taskRestartMsMin: 50,
  taskRestartMsMax: 10_000,
  /** Failures in a row after which a query is FAILED although each was retryable. */
  taskRestartsMax: 100,
  /** Parts into which the tasks of all queries are shared out among processes: more than processes, so that shares are even. */
  taskSlots: 64,
  /** How often a worker thread reports numbers, ms. */
  statsIntervalMs: 250,
  /** Bad rows that one task writes to the processing log per second; the rest are only counted. */
  badRowsLoggedPerSecondMax: 100,

  /** Rows a pull query may look at without a complete key, and rows that it may return. */
  pullScanRowsMax: 1_000_000,
  pullRowsMax: 100_000,
  /** Rows that ORDER BY sorts in memory, groups of a GROUP BY, and rows that a join holds of its right side. */
  pullSortRowsMax: 500_000,
  pullGroupsMax: 200_000,
  pullJoinRowsMax: 200_000,
  /** Entries of an index that one commit of its building writes. */
  indexBuildEntriesPerCommit: 20_000,
  /** State entries read by one scan call. */
  pullScanPageEntries: 2_000,
  /** How long a pull with a token waits for its write, ms; then TIMEOUT. */
  pullAfterWaitMsMax: 10_000,

  /** Rows in one event of a push query. */
  pushRowsPerEventMax: 1_000,
  /** Decoded batches that a topic's feed keeps for its subscribers; who is slower reads the log. */
  feedBatchesMax: 64,
  /** Encoded bytes read per partition by a feed or a subscriber that reads the log itself. */
  feedFetchBytesMax: 256 << 10,
  pushSubscriptionsMax: 10_000,

  /** How often a member of a consumer group looks at the group, ms; more often when a third of its session is shorter. */
  heartbeatMs: 1_000,
  /** How long a member may be silent before the others share its partitions, ms: when it does not say, and what it may say. */
  sessionTimeoutMs: 10_000,
  sessionTimeoutMsMin: 100,
  sessionTimeoutMsMax: 3_600_000,
  /** How long who consumes may ask for nothing and commit nothing, ms, when it does not say; then it leaves its group. */
  pollIntervalMsMax: 300_000,
  /** Encoded bytes that go with offsets of a group in one append, where they lie in other slots of a cluster. */
  groupOutboxBytesMax: 32 << 20,
  /** Groups times topics for which a process keeps the sequences of its appends with offsets; the oldest begin anew. */
  groupAppendersMax: 1_000,
  /** How often a process looks for batches that others left in the outbox of a group, ms. */
  groupOutboxSweepMs: 10_000,
  /** How often it lets partitions forget outboxes of queries and groups that were dropped, ms. */
  outboxMemorySweepMs: 600_000,
  /** Partitions whose lag in time is looked at for one listing of groups: it takes a read of each. */
  lagTimesMax: 200,
  /** Encoded bytes after which no more batches are read for it; what is left has no lag in time. */
  lagTimesBytesMax: 8 << 20,
  /** Encoded bytes that a consumer reads ahead, of all its partitions together. */
  consumerFetchBytesMax: 8 << 20,
  /** Batches that are read at a time for the events of a key. */
  keyEventsBatchesMax: 64,
  /** Records on one page. */
  recordsPageMax: 1_000,
  recordsPageBytesMax: 8 << 20,
  /** Levels of arrays and objects in a JSON key or value: who reads them takes them apart level by level. */
  jsonDepthMax: 500,
  /** Records of one produce request. */
  produceRecordsMax: 100_000,
  /** SQL text of one script, characters. */
  scriptLengthMax: 1 << 20,
  partitionsPerTopicMax: 1_000,
  /** How long a produce may take a topic's partitions and settings to be as it last saw them, ms. */
  topicRecordAgeMs: 1_000,

  /** How often retention and compaction look whether a topic is due, and how long a topic waits at most, ms. */
  cleanerTickMs: 5_000,
  cleanerIntervalMsMax: 10_000,
  /** Partitions whose bounds the cleaner asks for at a time. */
  cleanerPartitionsPerRead: 100,
  /** Different keys that one compaction of a partition takes in of what was written since the last one: about 130 bytes of memory each. */
  compactionKeysMax: 1_000_000,
  /** Encoded bytes that it takes in; more when the part that is compacted already is larger, which it rewrites too. */
  compactionBytesMin: 64 << 20,
  /** Encoded bytes that a compaction reads at a time: of small batches, some hundreds, which the embedded store looks up one by one. */
  compactionSegmentBytes: 256 << 10,
  /** How long a compaction works before others have their turn, ms: longer where a large batch is opened or written. */
  compactionWorkMs: 3,
  /** It rests for as long as it worked, at most so many ms: what it waited for is among that. */
  compactionRestMsMax: 20,
  /** How long a process that compacts a partition keeps others from it without a sign of life; it may have died, ms. */
  compactionLeaseMs: 60_000,

  /** One encoded batch: what a producer or a task may append at once. Larger ones are cut before that. */
  batchBytesMax: 1 << 20,
  batchRecordsMax: 10_000,
  /** Body of a batch when not compressed; a reader refuses more. */
  batchBodyBytesMax: 64 << 20,
  /** Batches up to this size go to consumers with the wake that tells of them, and need no read; to other processes those of one append together. */
  wakeBatchBytesMax: 4_096,
  /** Batches that a consumer takes from wakes before it hands them out; beyond, it reads the log when it gets there. */
  consumerWakeBatchesMax: 64,
  /** Smaller bodies of opaque records are stored as they are. */
  batchCompressBytesMin: 512,
  /** Smaller bodies of columns are stored as they are: about 40 rows, where compression saves half and costs 1 µs a row. */
  batchCompressColumnsBytesMin: 2_048,

  /** Characters of a topic's name, as in Kafka. */
  topicNameLengthMax: 249,
  /** Bytes of a producer's id, and of the name of a consumer group. */
  producerIdBytesMax: 512,
  groupNameBytesMax: 512,
  /** Records that wait in a producer; a send beyond that is refused with LIMIT_EXCEEDED. */
  producerRecordsMax: 200_000,
  /** Batches in one append of a producer. */
  producerBatchesPerAppendMax: 64,
  /** How long a producer tries again before it gives a failure to its caller, and the pauses in between, ms. */
  producerDeliveryMs: 30_000,
  producerRetryMsMin: 20,
  producerRetryMsMax: 1_000,
  /** Bytes that a reader asks of one partition at a time. */
  readerFetchBytesMax: 1 << 20,
} as const
