/** Bounds of the server's edge, with their units; what happens at a bound is said where it is checked. */
export const serverLimits = {
  /** A request body past this is answered 413. */
  requestBytesMax: 16 * 1024 * 1024,
  /** How long the rest of a body that was refused is read and thrown away, ms; then the connection is cut. */
  refusedBodyMsMax: 10_000,
  /** A WebSocket frame past this closes the socket (1009). */
  socketFrameBytesMax: 4 * 1024 * 1024,
  /** A GraphQL document past this is refused before it is parsed. */
  documentTokensMax: 5_000,
  documentDepthMax: 15,
  pageRecordsMax: 1_000,
  produceRecordsMax: 10_000,
  subscriptionsPerSocketMax: 100,
  socketsMax: 10_000,
  /** A socket is pinged this often, ms, and cut when the answer takes as long. */
  socketPingMs: 12_000,
  /** How long a socket may take to close when the server stops, ms; then it is cut. */
  socketCloseMsMax: 1_000,
  cachedOperationsMax: 1_000,
  cachedOperationBytesMax: 8_192,
  metricsIntervalMsMin: 250,
  /** How long the engine may take to commit and close at the end, ms; then the process ends without. */
  engineCloseMsMax: 8_000,
  /** How long /readyz waits for the store, ms; then 503. */
  readyMsMax: 2_000,
} as const
