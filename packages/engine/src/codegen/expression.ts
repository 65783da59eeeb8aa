import {AssertionError} from '../base/assert.ts'
import {castCanFail} from '../expr/cast.ts'
import {bindCast} from '../expr/interpret.ts'
import type {Expr} from '../expr/ir.ts'
import type {Value} from '../schema/value.ts'
import {emitArithmetic, emitNegate} from './arithmetic.ts'
import {emitCall} from './call.ts'
import {code, join, quote, type Code} from './code.ts'
import {emitCompare} from './comparison.ts'
import {nullable, nullLiteral, pure, type Emitter, type Operand} from './emitter.ts'
import {emitIn, emitLike} from './predicate.ts'

type Of<K extends Expr['kind']> = Extract<Expr, {kind: K}>

/** The statements of `expr` go to `out`; what comes back is its value. `interpret.ts` says what it means. */
export function emit(expr: Expr, out: Emitter): Operand {
  switch (expr.kind) {
    case 'literal':
      return emitLiteral(expr.value, out)
    case 'column':
      return out.column(expr.index, expr.type)
    case 'system':
      return emitSystem(expr)
    case 'headers':
      return nullable(code`s.headerValue(rows, i, ${expr.header === undefined ? code`undefined` : quote(expr.header)})`)
    case 'parameter':
      return {code: out.slot(expr.slot), isNullable: true, isAtom: true}
    case 'lambda':
      throw new AssertionError('a lambda stands outside of a call')
    case 'call':
      return emitCall(expr, out)
    case 'arithmetic':
      return emitArithmetic(expr, out.present(out.emit(expr.left)), out.present(out.emit(expr.right)), out)
    case 'negate':
      return emitNegate(expr, out.present(out.emit(expr.operand)))
    case 'concat':
      return emitConcat(expr, out)
    case 'compare':
      return emitCompare(expr.operator, out.emit(expr.left), out.emit(expr.right), expr.left.type, out)
    case 'and':
    case 'or':
      return shortCircuit(expr.kind, emitBoolean(expr.left, out), () => emitBoolean(expr.right, out), out)
    case 'not':
      return pure(code`!${emitBoolean(expr.operand, out).code}`)
    case 'is-null':
      return emitIsNull(expr, out)
    case 'like':
      return emitLike(expr, out)
    case 'between':
      return emitBetween(expr, out)
    case 'in':
      return emitIn(expr, out)
    case 'case':
      return emitCase(expr, out)
    case 'cast':
      return expr.isImplicit ? emitCast(expr, out) : out.guarded(() => emitCast(expr, out))
    case 'subscript':
      return emitSubscript(expr, out)
    case 'field':
      return emitField(expr, out)
    case 'array':
      return pure(listCode(expr.elements, out))
    case 'map':
      return emitMap(expr, out)
    case 'struct':
      return pure(listCode(expr.fields, out))
  }
}

function emitLiteral(value: Value, out: Emitter): Operand {
  if (value === null) return nullLiteral
  if (typeof value === 'object') return {...pure(out.constant(value)), isAtom: true}
  return {...pure(quote(value)), isAtom: true, isNumber: typeof value === 'number'}
}

const emitBoolean = (expr: Expr, out: Emitter): Operand => out.present(out.emit(expr))

function emitSystem({name}: Of<'system'>): Operand {
  if (name === 'ROWTIME') return {...pure(code`rows.timestamps[i]`), isNumber: true}
  return {...nullable(code`s.systemValue(rows, i, ${quote(name)})`), isNumber: true}
}

/** `right` is only evaluated where `left` does not decide. */
function shortCircuit(kind: 'and' | 'or', left: Operand, emitRight: () => Operand, out: Emitter): Operand {
  const {statements, result} = out.block(emitRight)
  const isAnd = kind === 'and'
  if (statements.length === 0) return pure(code`(${left.code} ${isAnd ? code`&&` : code`||`} ${result.code})`)
  const value = out.fresh()
  out.add(code`let ${value} = ${left.code};`)
  out.add(code`if (${isAnd ? value : code`!${value}`}) {\n${join(statements, code`\n`)}\n${value} = ${result.code};\n}`)
  return {...pure(value), isAtom: true}
}

function emitConcat(expr: Of<'concat'>, out: Emitter): Operand {
  const [left, right] = [out.atom(out.emit(expr.left)), out.atom(out.emit(expr.right))]
  const joined =
    expr.type.kind === 'BYTES' ? code`s.concatBytes(${left.code}, ${right.code})` : code`${left.code} + ${right.code}`
  return unlessNull([left, right], joined)
}

/** NULL if one of `atoms` is, else `value`. */
function unlessNull(atoms: readonly Operand[], value: Code): Operand {
  const checks = atoms.filter(atom => atom.isNullable).map(atom => code`${atom.code} === null`)
  return checks.length === 0 ? pure(code`(${value})`) : nullable(code`(${join(checks, code` || `)} ? null : ${value})`)
}

function emitIsNull(expr: Of<'is-null'>, out: Emitter): Operand {
  const operand = out.emit(expr.operand)
  if (!operand.isNullable) return {...pure(quote(expr.isNegated)), isAtom: true}
  return pure(expr.isNegated ? code`(${operand.code} !== null)` : code`(${operand.code} === null)`)
}

function emitBetween(expr: Of<'between'>, out: Emitter): Operand {
  const value = out.atom(out.emit(expr.operand))
  const {type} = expr.operand
  const isAbove = emitCompare('>=', value, out.emit(expr.low), type, out)
  const isInside = shortCircuit('and', isAbove, () => emitCompare('<=', value, out.emit(expr.high), type, out), out)
  return expr.isNegated ? pure(code`!${isInside.code}`) : isInside
}

function emitCase(expr: Of<'case'>, out: Emitter): Operand {
  const [result, label] = [out.fresh(), out.fresh('L')]
  out.add(code`let ${result} = null;`)
  const {statements} = out.block(() => {
    for (const {when, then} of expr.branches) {
      const condition = out.emit(when)
      const branch = out.block(() => out.add(code`${result} = ${out.emit(then).code};`))
      const isTrue = condition.isNullable ? code`${condition.code} === true` : condition.code
      out.add(code`if (${isTrue}) {\n${join(branch.statements, code`\n`)}\nbreak ${label};\n}`)
    }
    if (expr.otherwise !== undefined) out.add(code`${result} = ${out.emit(expr.otherwise).code};`)
  })
  out.add(code`${label}: {\n${join(statements, code`\n`)}\n}`)
  return {...nullable(result), isAtom: true}
}

function emitCast(expr: Of<'cast'>, out: Emitter): Operand {
  const operand = out.atom(out.emit(expr.operand))
  const [from, to] = [expr.operand.type.kind, expr.type.kind]
  if ((from === 'INT' && to === 'BIGINT') || (from === 'INT' && to === 'DOUBLE')) return operand
  if (from === 'BIGINT' && to === 'DOUBLE') {
    if (operand.isNumber) return operand
    return {...unlessNull([operand], code`Number(${operand.code})`), isNumber: true}
  }
  const cast = bindCast(expr)
  const value = code`${out.constant(cast)}(${operand.code})`
  const isNumber = to === 'INT' || to === 'DOUBLE'
  if (castCanFail(expr.operand.type, expr.type)) return {...out.throwing(value), isNullable: operand.isNullable, isNumber}
  return {code: value, isNullable: operand.isNullable, isNumber}
}

function emitSubscript(expr: Of<'subscript'>, out: Emitter): Operand {
  const base = out.atom(out.emit(expr.base))
  const index = out.atom(out.emit(expr.index))
  if (expr.base.type.kind === 'MAP') return {...nullable(unlessNull([base], code`${base.code}.get(${index.code}) ?? null`).code)}
  if (index.isNullable) {
    const hasBase = base.isNullable ? code`${base.code} !== null && ` : code``
    out.failIf(code`${hasBase}${index.code} === null`, code`s.nullOperand`)
  }
  return nullable(unlessNull([base], code`s.elementAt(${base.code}, ${index.code})`).code)
}

function emitField(expr: Of<'field'>, out: Emitter): Operand {
  const base = out.atom(out.emit(expr.base))
  return nullable(unlessNull([base], code`${base.code}[${quote(expr.index)}]`).code)
}

const guardedCode = (expr: Expr, out: Emitter): Code => out.guarded(() => out.emit(expr)).code

function listCode(exprs: readonly Expr[], out: Emitter): Code {
  return code`[${join(
    exprs.map(expr => guardedCode(expr, out)),
    code`, `,
  )}]`
}

function emitMap(expr: Of<'map'>, out: Emitter): Operand {
  const entries = expr.entries.map(({key, value}) => code`[${guardedCode(key, out)}, ${guardedCode(value, out)}]`)
  return pure(code`new Map([${join(entries, code`, `)}])`)
}
