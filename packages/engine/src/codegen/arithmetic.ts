import {assertNever} from '../base/assert.ts'
import type {Expr} from '../expr/ir.ts'
import {scaleOf} from '../expr/interpret.ts'
import {code, join, quote, type Code} from './code.ts'
import {pure, type Emitter, type Operand} from './emitter.ts'

type Arithmetic = Extract<Expr, {kind: 'arithmetic'}>

/** Both operands are there; the result is never NULL. */
export function emitArithmetic(expr: Arithmetic, left: Operand, right: Operand, out: Emitter): Operand {
  switch (expr.type.kind) {
    case 'INT':
      return {...pure(intCode(expr, left.code, right, out)), isNumber: true}
    case 'BIGINT':
      return longOperand(expr, out.atom(left), out.atom(right), out)
    case 'DECIMAL':
      return pure(decimalCode(expr, left.code, right, out))
    default:
      return {...pure(doubleCode(expr, left.code, right.code)), isNumber: true}
  }
}

export function emitNegate(expr: Expr, operand: Operand): Operand {
  if (expr.type.kind === 'INT') return {...pure(code`((0 - ${operand.code}) | 0)`), isNumber: true}
  if (expr.type.kind === 'BIGINT') return pure(code`s.negateLong(${operand.code})`)
  return pure(code`(-${operand.code})`)
}

function nonZero(divisor: Operand, zero: Code, out: Emitter): Code {
  const atom = out.atom(divisor)
  out.failIf(code`${atom.code} === ${zero}`, code`s.divisionByZero`)
  return atom.code
}

function intCode({operator}: Arithmetic, left: Code, right: Operand, out: Emitter): Code {
  switch (operator) {
    case '+':
      return code`((${left} + ${right.code}) | 0)`
    case '-':
      return code`((${left} - ${right.code}) | 0)`
    case '*':
      return code`Math.imul(${left}, ${right.code})`
    case '/':
      return code`((${left} / ${nonZero(right, code`0`, out)}) | 0)`
    case '%':
      return code`((${left} % ${nonZero(right, code`0`, out)}) | 0)`
    default:
      return assertNever(operator)
  }
}

function doubleCode({operator}: Arithmetic, left: Code, right: Code): Code {
  return code`(${left} ${operatorCode[operator]} ${right})`
}

const operatorCode: Readonly<Record<Arithmetic['operator'], Code>> = {
  '+': code`+`,
  '-': code`-`,
  '*': code`*`,
  '/': code`/`,
  '%': code`%`,
}

const slowLong: Readonly<Record<Arithmetic['operator'], Code>> = {
  '+': code`s.addLong`,
  '-': code`s.subtractLong`,
  '*': code`s.multiplyLong`,
  '/': code`s.divideLong`,
  '%': code`s.remainderLong`,
}

/**
 * Two numbers whose result is a safe integer stay inline; `+ 0` turns -0 into 0. Where both are known to be numbers, a row
 * with an unsafe result is left to the interpreter, so that the value stays a plain double for V8.
 */
function longOperand({operator}: Arithmetic, left: Operand, right: Operand, out: Emitter): Operand {
  const isQuotient = operator === '/' || operator === '%'
  const [l, r] = [left.code, isQuotient ? nonZero(right, code`0`, out) : right.code]
  const result = out.fresh()
  const fast = fastLong(operator, l, r)
  if (left.isNumber === true && right.isNumber === true && (isQuotient || out.canLeaveRow)) {
    out.add(code`const ${result} = ${fast};`)
    if (!isQuotient) out.leaveRowIf(code`!(Math.abs(${result}) <= 9007199254740991)`)
    return {code: result, isNullable: false, isAtom: true, isNumber: true}
  }
  const open = [left, right].filter(({isNumber}) => isNumber !== true).map(it => code`typeof ${it.code} === "number"`)
  out.add(code`let ${result} = ${open.length === 0 ? fast : code`${join(open, code` && `)} ? ${fast} : NaN`};`)
  out.add(code`if (!(Math.abs(${result}) <= 9007199254740991)) ${result} = ${slowLong[operator]}(${l}, ${r});`)
  return {code: result, isNullable: false, isAtom: true}
}

function fastLong(operator: Arithmetic['operator'], left: Code, right: Code): Code {
  switch (operator) {
    case '/':
      return code`Math.trunc(${left} / ${right}) + 0`
    case '*':
    case '%':
      return code`${left} ${operatorCode[operator]} ${right} + 0`
    default:
      return code`${left} ${operatorCode[operator]} ${right}`
  }
}

function decimalCode(expr: Arithmetic, left: Code, right: Operand, out: Emitter): Code {
  const [l, r, scale] = [scaleOf(expr.left), scaleOf(expr.right), scaleOf(expr)]
  const wide = Math.max(l, r)
  switch (expr.operator) {
    case '+':
    case '-': {
      const sum = code`${rescaled(left, l, wide)} ${operatorCode[expr.operator]} ${rescaled(right.code, r, wide)}`
      return rescaled(code`(${sum})`, wide, scale)
    }
    case '*':
      return rescaled(code`(${left} * ${right.code})`, l + r, scale)
    case '/':
      return code`s.divideDecimal(${left}, ${quote(l)}, ${nonZero(right, code`0n`, out)}, ${quote(r)}, ${quote(scale)})`
    case '%': {
      const remainder = code`s.remainderDecimal(${left}, ${quote(l)}, ${nonZero(right, code`0n`, out)}, ${quote(r)})`
      return rescaled(remainder, wide, scale)
    }
    default:
      return assertNever(expr.operator)
  }
}

function rescaled(value: Code, from: number, to: number): Code {
  if (from === to) return value
  if (to > from) return code`(${value} * ${quote(10n ** BigInt(to - from))})`
  return code`s.rescale(${value}, ${quote(from)}, ${quote(to)})`
}
