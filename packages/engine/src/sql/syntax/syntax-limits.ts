/** Bounds of the syntax room beside `limits.scriptLengthMax`; beyond each one the answer is a LIMIT_EXCEEDED diagnostic. */
export const syntaxLimits = {
  /** Parentheses, calls, types, sub-queries inside each other. What walks the tree by recursion relies on this and the next. */
  nestingMax: 256,
  /** Height of a statement's tree: `a OR b OR c` without parentheses is one higher with each operator. */
  treeHeightMax: 1_000,
  /** Statements of one script. */
  statementsMax: 10_000,
  /** Alternatives that a message names. */
  expectedListedMax: 8,
} as const
