import {must} from '../../base/assert.ts'
import {DictionaryVector} from '../../batch/dictionary-vector.ts'
import {TextVector} from '../../batch/text-vector.ts'
import type {Vector} from '../../chunk/chunk.ts'
import {ObjectMaker, type ObjectColumn} from '../../codegen/object-maker.ts'
import type {Column} from '../../schema/schema.ts'
import type {Value} from '../../schema/value.ts'
import {toJsonValues} from '../../serde/json-values.ts'

/** The first `count` rows of columns as data for JSON, by row. */
export type JsonRows = (columns: readonly ArrayLike<Value>[], count: number) => ArrayLike<unknown>

/** Objects by column name or, with `isBare`, what the only column holds. */
export function jsonRecords(columns: readonly Column[], isBare = false): JsonRows {
  const [only] = columns
  if (isBare && only !== undefined) return ([values = []]) => toJsonValues(values, only.type)
  const maker = new ObjectMaker(columns.map(({name}) => name))
  return (values, count) =>
    maker.make(
      columns.map(({type}, i) => toJsonValues(must(values[i], 'column'), type)),
      count,
    )
}

/** Objects by column name. Texts go from the batch into the objects. */
export function jsonObjects(columns: readonly Column[]): (vectors: readonly Vector[], count: number) => readonly unknown[] {
  const maker = new ObjectMaker(columns.map(({name}) => name))
  return (vectors, count) =>
    maker.make(
      columns.map(({type}, i) => {
        const vector = must(vectors[i], 'column')
        return storedTexts(vector) ?? toJsonValues(vector.values, type)
      }),
      count,
    )
}

function storedTexts(vector: Vector): ObjectColumn | undefined {
  if (vector instanceof DictionaryVector && vector.validity === undefined) return {codes: vector.codes, entries: vector.entries}
  if (!(vector instanceof TextVector)) return undefined
  const {isAscii, validity, ends} = vector.pieces
  return isAscii && validity === undefined ? {text: vector.text, ends} : undefined
}

/** Keys: the bare value of one column, objects of several, null where all of them are NULL. */
export function jsonKeys(columns: readonly Column[]): JsonRows {
  if (columns.length === 1) return jsonRecords(columns, true)
  const objects = jsonRecords(columns)
  return (values, count) =>
    Array.from(objects(values, count), (object, row) => (values.every(column => column[row] === null) ? null : object))
}
