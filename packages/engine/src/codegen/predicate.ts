import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import type {Expr} from '../expr/ir.ts'
import {matchesLike, parseLike} from '../expr/like.ts'
import {code, join, quote, type Code} from './code.ts'
import {sameCode} from './comparison.ts'
import {pure, type Emitter, type Operand} from './emitter.ts'

type Like = Extract<Expr, {kind: 'like'}>
type In = Extract<Expr, {kind: 'in'}>

/** Lists up to this long are compared one by one; longer ones are looked up in a Set. */
const MAX_CHAIN = 4

export function emitLike(expr: Like, out: Emitter): Operand {
  const text = out.atom(out.emit(expr.operand))
  const pattern = out.atom(out.emit(expr.pattern))
  const present = [text, pattern].filter(operand => operand.isNullable).map(operand => code`${operand.code} !== null`)
  const isMatch =
    expr.pattern.kind === 'literal' && typeof expr.pattern.value === 'string'
      ? literalPattern(text.code, expr.pattern.value, expr.escape, out)
      : code`s.like(${text.code}, ${pattern.code}, ${expr.escape === undefined ? code`undefined` : quote(expr.escape)})`
  return negatable(code`(${join([...present, isMatch], code` && `)})`, expr.isNegated)
}

const negatable = (condition: Code, isNegated: boolean): Operand => pure(isNegated ? code`!${condition}` : condition)

/** `x`, `x%`, `%x`, `%x%` are one call of a string method. */
function literalPattern(text: Code, pattern: string, escape: string | undefined, out: Emitter): Code {
  const runs = parseLike(pattern, escape)
  const plain = runs.map(run => (run.includes(undefined) ? undefined : quote(run.join(''))))
  const [first, second, third] = plain
  const hasWildcards = plain.includes(undefined)
  if (!hasWildcards && first !== undefined) {
    if (plain.length === 1) return code`${text} === ${first}`
    if (plain.length === 2 && second !== undefined) {
      if (runs[1]?.length === 0) return code`${text}.startsWith(${first})`
      if (runs[0]?.length === 0) return code`${text}.endsWith(${second})`
    }
    const isOpen = plain.length === 3 && runs[0]?.length === 0 && runs[2]?.length === 0
    if (isOpen && second !== undefined && third !== undefined) return code`${text}.includes(${second})`
  }
  const matches = (value: string) => matchesLike(value, runs)
  return code`${out.constant(matches)}(${text})`
}

export function emitIn(expr: In, out: Emitter): Operand {
  const value = out.atom(out.emit(expr.operand))
  const {type} = expr.operand
  const items = expr.list.filter(item => item.kind !== 'literal' || item.value !== null)
  const literals = items.flatMap(item => (item.kind === 'literal' ? [item.value] : []))
  if (literals.length === items.length && literals.length > MAX_CHAIN && !literals.some(isObject)) {
    return negatable(setCode(value, literals, out), expr.isNegated)
  }
  const {statements, result} = out.block(() => emitChain(value, items, type, out))
  if (statements.length === 0) {
    const present = value.isNullable ? code`${value.code} !== null && ` : code``
    return negatable(code`(${present}(${join(result, code` || `)}))`, expr.isNegated)
  }
  return negatable(stepwise(value, items, type, out), expr.isNegated)
}

const isObject = (value: Value): boolean => typeof value === 'object'

const setCode = (value: Operand, literals: readonly Value[], out: Emitter): Code =>
  code`${out.constant(new Set(literals))}.has(${value.code})`

function emitChain(value: Operand, items: readonly Expr[], type: SqlType, out: Emitter): Code[] {
  return items.length === 0 ? [code`false`] : items.map(item => sameCode(value.code, out.emit(item).code, type))
}

/** Items that need statements are evaluated one after the other, until one matches. */
function stepwise(value: Operand, items: readonly Expr[], type: SqlType, out: Emitter): Code {
  const [result, label] = [out.fresh(), out.fresh('L')]
  out.add(code`let ${result} = false;`)
  const {statements} = out.block(() => {
    for (const item of items) {
      const other = out.emit(item)
      out.add(code`if (${sameCode(value.code, other.code, type)}) {\n${result} = true;\nbreak ${label};\n}`)
    }
  })
  out.add(code`${label}: if (${value.code} !== null) {\n${join(statements, code`\n`)}\n}`)
  return result
}
