import {printCell} from '../lib/json.ts'

/** A value of a row in one line: SQL's NULL is told apart from text. */
export function Cell({value}: {readonly value: unknown}) {
  if (value === null || value === undefined) return <span className="text-muted italic">NULL</span>
  const text = printCell(value)
  return <span title={text}>{text}</span>
}

export const isNumeric = (type: string): boolean => /^(INT|INTEGER|BIGINT|DOUBLE|DECIMAL)/.test(type)
