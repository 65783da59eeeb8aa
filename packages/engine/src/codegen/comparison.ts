import type {SqlType} from '../schema/sql-type.ts'
import type {CompareOperator} from '../expr/ir.ts'
import {code, join, type Code} from './code.ts'
import {pure, type Emitter, type Operand} from './emitter.ts'

const ordered: Readonly<Record<'<' | '<=' | '>' | '>=', Code>> = {
  '<': code`<`,
  '<=': code`<=`,
  '>': code`>`,
  '>=': code`>=`,
}

/** Values of this type are objects: compared by content. */
const isContainer = (type: SqlType): boolean =>
  type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'STRUCT' || type.kind === 'BYTES'

/** Equality without a look at NULL: NULL equals NULL. */
export const sameCode = (left: Code, right: Code, type: SqlType): Code =>
  isContainer(type) ? code`s.valuesEqual(${left}, ${right})` : code`${left} === ${right}`

const differentCode = (left: Code, right: Code, type: SqlType): Code =>
  isContainer(type) ? code`!s.valuesEqual(${left}, ${right})` : code`${left} !== ${right}`

/** TRUE or FALSE, never NULL. */
export function emitCompare(operator: CompareOperator, left: Operand, right: Operand, type: SqlType, out: Emitter): Operand {
  if (operator === 'is-distinct') return pure(code`(${differentCode(left.code, right.code, type)})`)
  if (operator === 'is-not-distinct') return pure(code`(${sameCode(left.code, right.code, type)})`)
  if (operator === '=' && (!left.isNullable || !right.isNullable)) return pure(code`(${sameCode(left.code, right.code, type)})`)
  const [l, r] = [out.atom(left), out.atom(right)]
  return pure(allOf([...presence(l, r), comparisonCode(operator, l.code, r.code, type)]))
}

const presence = (...operands: readonly Operand[]): Code[] =>
  operands.filter(operand => operand.isNullable).map(operand => code`${operand.code} !== null`)

const allOf = (conditions: readonly Code[]): Code => code`(${join(conditions, code` && `)})`

function comparisonCode(
  operator: Exclude<CompareOperator, 'is-distinct' | 'is-not-distinct'>,
  left: Code,
  right: Code,
  type: SqlType,
) {
  if (operator === '=') return sameCode(left, right, type)
  if (operator === '<>') return differentCode(left, right, type)
  if (type.kind === 'BYTES') return code`s.compareBytes(${left}, ${right}) ${ordered[operator]} 0`
  return code`${left} ${ordered[operator]} ${right}`
}
