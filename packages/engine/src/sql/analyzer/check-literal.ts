import {parseDecimal, precisionOf} from '../../expr/decimal.ts'
import {parseInteger, parseLong} from '../../expr/long.ts'
import {parseDate, parseTime, parseTimestamp} from '../../expr/temporal-text.ts'
import {must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import {BIGINT, BOOLEAN, DATE, DOUBLE, INT, TIME, TIMESTAMP, VARCHAR, decimal, type SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import type * as Ast from '../syntax/ast.ts'
import type {Checked} from './checked.ts'
import {refuse} from './refusal.ts'

const literal = (type: SqlType, value: Value): Expr => ({kind: 'literal', type, value})

/** INT where it fits, else BIGINT; `1.5` is an exact DECIMAL(2, 1), `1.5E0` a DOUBLE. */
export function checkLiteral(node: Ast.Literal): Checked {
  switch (node.kind) {
    case 'NullLiteral':
      return undefined
    case 'BooleanLiteral':
      return literal(BOOLEAN, node.value)
    case 'StringLiteral':
      return literal(VARCHAR, node.value)
    case 'IntegerLiteral':
      return integer(node)
    case 'DecimalLiteral': {
      const {unscaled, scale} = must(parseDecimal(node.text), 'value of a decimal literal')
      return literal(decimal(Math.max(precisionOf(unscaled), scale + (/^-?0*\./.test(node.text) ? 0 : 1)), scale), unscaled)
    }
    case 'DoubleLiteral': {
      const value = Number(node.text)
      return Number.isFinite(value) ? literal(DOUBLE, value) : refuse(`Number overflows DOUBLE: ${node.text}`, node)
    }
    case 'TypedLiteral':
      return typed(node)
  }
}

function integer(node: Ast.IntegerLiteral): Expr {
  const int = parseInteger(node.text)
  if (int !== undefined) return literal(INT, int)
  const long = parseLong(node.text)
  return long === undefined
    ? refuse(
        `Invalid numeric literal: ${node.text}`,
        node,
        'BIGINT has 64 bits; a number with a point is a DECIMAL of any length.',
      )
    : literal(BIGINT, long)
}

const typedParsers: Readonly<Record<string, {type: SqlType; parse: (text: string) => Value}>> = {
  DATE: {type: DATE, parse: parseDate},
  TIME: {type: TIME, parse: parseTime},
  TIMESTAMP: {type: TIMESTAMP, parse: parseTimestamp},
}

function typed(node: Ast.TypedLiteral): Expr {
  const known = typedParsers[node.type.text]
  if (known === undefined) return refuse(`Unknown literal type: ${node.type.text}. Expected DATE, TIME or TIMESTAMP.`, node.type)
  try {
    return literal(known.type, known.parse(node.value))
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), node)
  }
}
