import type {EvaluationEnv} from '../expr/bind.ts'
import type {Expr} from '../expr/ir.ts'
import type {SqlType} from '../schema/sql-type.ts'
import {code, lines, name, type Code} from './code.ts'

/**
 * An emitted value. Its `code` is an expression that has no effects and cannot throw: what does is in a statement before.
 */
export type Operand = {
  readonly code: Code
  readonly isNullable: boolean
  /** A name or a literal: may be written twice. */
  readonly isAtom?: boolean
  /** Never a bigint, whatever the SQL type. */
  readonly isNumber?: boolean
}

export const nullLiteral: Operand = {code: code`null`, isNullable: true, isAtom: true}
export const pure = (value: Code): Operand => ({code: value, isNullable: false})
export const nullable = (value: Code): Operand => ({code: value, isNullable: true})

/**
 * Where a failure goes. `label`: the failure is reported and control leaves the labelled block, whose result stays NULL.
 * `throw`: inside a lambda, the failure leaves it.
 */
export type Guard = {readonly label: Code | undefined; isLeft: boolean; mayThrow: boolean}

/** Positions of the columns that a function gets, in order, and which of them come as typed arrays: no NULL, no bigint. */
export type InputColumns = {readonly indexes: readonly number[]; readonly isTyped: (index: number) => boolean}

export type EmitterOptions = {
  readonly env: EvaluationEnv
  readonly columns: InputColumns
  readonly emit: EmitExpr
  /** Statements that take the row's result from the interpreter and go on with the next row. */
  readonly leaveRow: () => Code
}

export type EmitExpr = (expr: Expr, out: Emitter) => Operand

/** Collects the statements and constants of one function. */
export class Emitter {
  readonly env: EvaluationEnv
  readonly constants: unknown[] = []
  readonly #emit: EmitExpr
  readonly #leaveRow: () => Code
  readonly #columns: InputColumns
  readonly #lambdaSlots = new Map<number, Code>()
  #statements: Code[] = []
  #guard: Guard = {label: undefined, isLeft: false, mayThrow: false}
  #next = 0

  /** `emit` is that of `expression.ts`, handed in because the kinds of expressions emit each other. */
  constructor({env, columns, emit, leaveRow}: EmitterOptions) {
    this.env = env
    this.#columns = columns
    this.#emit = emit
    this.#leaveRow = leaveRow
  }

  emit(expr: Expr): Operand {
    return this.#emit(expr, this)
  }

  column(index: number, type: SqlType): Operand {
    const value = name('v', this.#columns.indexes.indexOf(index))
    const isTyped = this.#columns.isTyped(index)
    return {code: value, isNullable: !isTyped, isAtom: true, isNumber: isTyped || type.kind === 'INT'}
  }

  constant(value: unknown): Code {
    const known = this.constants.indexOf(value)
    if (known >= 0) return name('k', known)
    return name('k', this.constants.push(value) - 1)
  }

  slot(slot: number): Code {
    const value = this.#lambdaSlots.get(slot) ?? name('p', slot)
    this.#lambdaSlots.set(slot, value)
    return value
  }

  fresh(prefix: 't' | 'L' = 't'): Code {
    return name(prefix, this.#next++)
  }

  add(statement: Code): void {
    this.#statements.push(statement)
  }

  /** The operand under a name, unless it may be written twice as it is. */
  atom(operand: Operand): Operand {
    if (operand.isAtom) return operand
    const value = this.fresh()
    this.add(code`const ${value} = ${operand.code};`)
    return {...operand, code: value, isAtom: true}
  }

  /** A value that comes from something that may throw: always named, so that it happens here and once. */
  throwing(value: Code): Operand {
    this.#guard.mayThrow = true
    return this.atom(nullable(value))
  }

  /** The operand under a name, known not to be NULL: a NULL fails. */
  present(operand: Operand): Operand {
    if (!operand.isNullable) return operand
    const atom = this.atom(operand)
    this.failIf(code`${atom.code} === null`, code`s.nullOperand`)
    return {...atom, isNullable: false}
  }

  failIf(condition: Code, error: Code): void {
    const {label} = this.#guard
    if (label === undefined) this.add(code`if (${condition}) throw ${error};`)
    else {
      this.#guard.isLeft = true
      this.add(code`if (${condition}) { report(i, ${error}); break ${label}; }`)
    }
  }

  /** Inside a lambda a row cannot be left. */
  get canLeaveRow(): boolean {
    return this.#guard.label !== undefined
  }

  /** Gives up on fast code for a row where `condition` holds. */
  leaveRowIf(condition: Code): void {
    this.add(code`if (${condition}) { ${this.#leaveRow()} }`)
  }

  /** Statements made by `emit`, apart from those so far. */
  block<T>(emit: () => T): {readonly statements: readonly Code[]; readonly result: T} {
    const outer = this.#statements
    this.#statements = []
    try {
      const result = emit()
      return {statements: this.#statements, result}
    } finally {
      this.#statements = outer
    }
  }

  /** A value whose failure is NULL here. Costs nothing where nothing can fail. */
  guarded(emit: () => Operand): Operand {
    const outer = this.#guard
    const guard: Guard = {label: this.fresh('L'), isLeft: false, mayThrow: false}
    this.#guard = guard
    const {statements, result} = this.block(emit)
    this.#guard = outer
    if (!guard.isLeft && !guard.mayThrow) {
      for (const statement of statements) this.add(statement)
      return result
    }
    const value = this.fresh()
    this.add(code`let ${value} = null;`)
    this.add(fence(guard, [...statements, code`${value} = ${result.code};`]))
    return {...result, code: value, isNullable: true, isAtom: true}
  }

  /** Statements and value of a lambda's body, whose failures leave it as exceptions. */
  unguarded(emit: () => Operand): {readonly statements: readonly Code[]; readonly result: Operand} {
    const outer = this.#guard
    this.#guard = {label: undefined, isLeft: false, mayThrow: false}
    const block = this.block(emit)
    this.#guard = outer
    return block
  }
}

function fence({label, isLeft, mayThrow}: Guard, statements: readonly Code[]): Code {
  const body = lines(statements)
  const guarded = mayThrow ? code`try {\n${body}\n} catch (e) { report(i, e); }` : body
  return isLeft && label !== undefined ? code`${label}: {\n${guarded}\n}` : code`{\n${guarded}\n}`
}
