/**
 * An expression has no value for a row: a NULL operand of arithmetic, a division by zero, text that is no number.
 * Whoever evaluates a column catches it (and everything else that functions throw), makes the column NULL and reports the row.
 */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
}

/** Made once: a column that is often NULL would otherwise pay for a stack trace with each row. */
export const nullOperand = new EvaluationError('An operand is NULL')
export const divisionByZero = new EvaluationError('/ by zero')
