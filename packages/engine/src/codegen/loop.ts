import type {Rows} from '../chunk/chunk.ts'
import type {EvaluationEnv} from '../expr/bind.ts'
import type {Expr} from '../expr/ir.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {code, lines, name, quote, type Code} from './code.ts'
import {Emitter, type InputColumns, type Operand} from './emitter.ts'
import {emit} from './expression.ts'
import {RowCursor} from './row-cursor.ts'

/** A failure of a row, by its position in the rows that came in. */
export type ReportRow = (row: number, error: unknown) => void
export type FilterLoop = (rows: Rows, columns: readonly ArrayLike<Value>[], count: number, report: ReportRow) => Int32Array
export type ColumnLoop = (
  rows: Rows,
  columns: readonly ArrayLike<Value>[],
  count: number,
  report: ReportRow,
  selection: Int32Array | undefined,
) => ArrayLike<Value>

/** Source of a function and what its constants are. */
export type Loop = {readonly source: Code; readonly constants: readonly unknown[]}

export function filterLoop(where: Expr, env: EvaluationEnv, columns: InputColumns): Loop {
  const slow = slowRow(where, env)
  const leaveRow = () => code`if (${out.constant(slow)}(rows, i, report) === true) out[m++] = i;\ncontinue;`
  const out = new Emitter({env, columns, emit, leaveRow})
  const {statements, result} = out.block(() => out.guarded(() => out.emit(where)))
  const isTrue = result.isNullable ? code`${result.code} === true` : result.code
  const source = code`function filter(rows, c, n, report) {
${columnNames(columns)}
const out = new Int32Array(n);
let m = 0;
for (let i = 0; i < n; i++) {
${columnReads(columns)}
${lines(statements)}
if (${isTrue}) out[m++] = i;
}
return out.subarray(0, m);
}`
  return {source, constants: out.constants}
}

export function columnLoop(expr: Expr, env: EvaluationEnv, columns: InputColumns, isSelected: boolean): Loop {
  const slow = slowRow(expr, env)
  const leaveRow = () => code`apart.push(j, ${out.constant(slow)}(rows, i, report));\ncontinue;`
  const out = new Emitter({env, columns, emit, leaveRow})
  const {statements, result} = out.block(() => out.guarded(() => out.emit(expr)))
  const output = outputOf(expr.type, result)
  const source = code`function column(rows, c, n, report, selection) {
${columnNames(columns)}
const out = ${output.array};
const apart = [];
for (let j = 0; j < n; j++) {
const i = ${isSelected ? code`selection[j]` : code`j`};
${columnReads(columns)}
${lines(statements)}
${output.put}
}
return apart.length === 0 ? out : s.putApart(out, apart);
}`
  return {source, constants: out.constants}
}

const columnNames = ({indexes}: InputColumns): Code => lines(indexes.map((_, i) => code`const ${name('c', i)} = c[${quote(i)}];`))
const columnReads = ({indexes}: InputColumns): Code =>
  lines(indexes.map((_, i) => code`const ${name('v', i)} = ${name('c', i)}[i];`))

type Output = {readonly array: Code; readonly put: Code}

/** Numbers without NULL go to typed arrays; longs that are no safe integers are put in afterwards. */
function outputOf(type: SqlType, {code: value, isNullable, isNumber}: Operand): Output {
  const put = code`out[j] = ${value};`
  if (isNullable) return {array: code`new Array(n)`, put}
  switch (type.kind) {
    case 'INT':
    case 'DATE':
    case 'TIME':
      return {array: code`new Int32Array(n)`, put}
    case 'DOUBLE':
      return {array: code`new Float64Array(n)`, put}
    case 'BIGINT':
    case 'TIMESTAMP': {
      const array = code`new Float64Array(n)`
      return isNumber
        ? {array, put}
        : {array, put: code`const r = ${value};\nif (typeof r === "number") out[j] = r; else apart.push(j, r);`}
    }
    default:
      return {array: code`new Array(n)`, put}
  }
}

/** The value of one row by the interpreter; a failure is NULL and reported. */
function slowRow(expr: Expr, env: EvaluationEnv): (rows: Rows, row: number, report: ReportRow) => Value {
  return (rows, row, report) => {
    const cursor = new RowCursor(rows, [expr])
    cursor.row = row
    return cursor.valueOf(expr, env, error => report(row, error))
  }
}
