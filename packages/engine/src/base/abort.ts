/** Aborts as soon as either does. */
export const eitherSignal = (one: AbortSignal, other: AbortSignal | undefined): AbortSignal =>
  other ? AbortSignal.any([other, one]) : one
