import {DOUBLE, array} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {EvaluationError} from '../evaluation-error.ts'
import type {ArgumentTypes} from './definition.ts'
import {anyOf, arrayOf, boundVariable, overload, p, returnsVariable, table, variable} from './define.ts'

const CUBE_COLUMNS_MAX = 20

/**
 * Every combination of the columns and NULL: all NULL first, the last column changing fastest. A column that is NULL
 * anyway doubles nothing.
 */
function cube(columns: readonly Value[]): Value[][] {
  if (columns.length > CUBE_COLUMNS_MAX)
    throw new EvaluationError(`CUBE_EXPLODE takes up to ${CUBE_COLUMNS_MAX} columns, not ${columns.length}`)
  let rows: Value[][] = [[]]
  for (const column of columns)
    rows = rows.flatMap(row =>
      column === null
        ? [[...row, null]]
        : [
            [...row, null],
            [...row, column],
          ],
    )
  return rows
}

const elementType = ({types: [type]}: ArgumentTypes): SqlType => (type?.kind === 'ARRAY' ? type.element : DOUBLE)
const each = (list: readonly Value[]) => list

export const tableFunctions = [
  table(
    'CUBE_EXPLODE',
    'A row for every combination of the columns in the array with NULLs, as GROUP BY CUBE would group them.',
    [overload([p('columns', arrayOf(variable('T')))], args => array(boundVariable(args, 'T')), cube)],
  ),
  table('EXPLODE', 'A row for each element of the array; none for an empty array or NULL.', [
    overload([p('input', arrayOf(anyOf('DECIMAL')))], elementType, each),
    overload([p('list', arrayOf(variable('T')))], returnsVariable('T'), each),
  ]),
]
