/** Programmer errors: a failure here is a bug in Millrace, never in a user's input. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

export function assert(claim: boolean, message: string): asserts claim {
  if (!claim) throw new AssertionError(message)
}

/** The value, which must be present. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionError(`missing: ${what}`)
  return value
}

export function assertNever(value: never, what = 'case'): never {
  throw new AssertionError(`unhandled ${what}: ${JSON.stringify(value)}`)
}
