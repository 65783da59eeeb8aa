/** Bounds of the server's edge, with their units; what happens at a bound is said where it is checked. */
export const serverLimits = {
  /** A request body past this is answered 413. */
  requestBytesMax: 16 * 1024 * 1024,
  /** A WebSocket frame past this closes the socket (1009). */
  socketFrameBytesMax: 4 * 1024 * 1024,
  /** A GraphQL document past this is refused before it is parsed. */
  documentTokensMax: 5_000,
  documentDepthMax: 15,
  pageRecordsMax: 1_000,
  produceRecordsMax: 10_000,
  subscriptionsPerSocketMax: 100,
  socketsMax: 10_000,
  cachedOperationsMax: 1_000,
  cachedOperationBytesMax: 8_192,
  metricsIntervalMsMin: 250,
} as const
