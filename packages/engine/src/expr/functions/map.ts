import {BIGINT, BOOLEAN, DOUBLE, INT, VARCHAR, array, map, struct} from '../../schema/sql-type.ts'
import type {SqlMap, Value} from '../../schema/value.ts'
import {NULL_SAFE, arrayOf, boundVariable, exactly, mapOf, overload, p, scalar, variable} from './define.ts'
import {inJavaOrder} from './java-map-order.ts'
import {compareValues} from './value-order.ts'

const T = variable('T')
const mapOfT = mapOf(exactly(VARCHAR), T)

function asMap(keys: readonly Value[], values: readonly Value[]): SqlMap {
  return new Map(keys.map((key, i) => [key, values[i] ?? null]))
}

function entries(input: SqlMap, isSorted: boolean): readonly Value[] {
  return isSorted ? [...input].toSorted(([left], [right]) => compareValues(left, right)) : inJavaOrder(input)
}

export const mapFunctions = [
  scalar('AS_MAP', 'map', 'A map from an array of keys and an array of values; missing values are NULL, a later key wins.', [
    overload(
      [p('keys', arrayOf(exactly(VARCHAR))), p('values', arrayOf(T))],
      args => map(VARCHAR, boundVariable(args, 'T')),
      asMap,
    ),
  ]),
  scalar(
    'ENTRIES',
    'map',
    'The entries of a map as an array of structs with the fields K and V, sorted by key if asked for, else in the order of the keys’ hashes.',
    [INT, BIGINT, DOUBLE, BOOLEAN, VARCHAR].map(type =>
      overload(
        [p('map', map(VARCHAR, type)), p('sorted', BOOLEAN)],
        array(
          struct([
            {name: 'K', type: VARCHAR},
            {name: 'V', type},
          ]),
        ),
        entries,
      ),
    ),
  ),
  scalar('MAP_KEYS', 'map', 'The keys, in the order of their hashes.', [
    overload([p('input', mapOfT)], array(VARCHAR), (input: SqlMap) => inJavaOrder(input).map(([key]) => key)),
  ]),
  scalar('MAP_UNION', 'map', 'The entries of both maps, the second one winning; a NULL map counts as empty, two give NULL.', [
    overload(
      [p('map1', mapOfT), p('map2', mapOfT)],
      args => map(VARCHAR, boundVariable(args, 'T')),
      (left: SqlMap | null, right: SqlMap | null) =>
        left === null ? right : right === null ? left : new Map([...left, ...right]),
      NULL_SAFE,
    ),
  ]),
  scalar('MAP_VALUES', 'map', 'The values, in the order of the hashes of their keys.', [
    overload(
      [p('input', mapOfT)],
      args => array(boundVariable(args, 'T')),
      (input: SqlMap) => inJavaOrder(input).map(([, value]) => value),
    ),
  ]),
]
