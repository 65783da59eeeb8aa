import type {Value} from '../../schema/value.ts'
import {compareBytes} from '../compare.ts'
import {EvaluationError} from '../evaluation-error.ts'

const isArray = (value: Value): value is readonly Value[] => Array.isArray(value)

/**
 * Something that a Map or Set tells apart exactly when `valuesEqual` does, among values of one type: a primitive is its own
 * identity, anything else is spelt as text.
 */
export const identityOf = (value: Value): Value => (typeof value === 'object' && value !== null ? spell(value) : value)

function spell(value: Value): string {
  if (typeof value === 'string') return `${value.length}:${value}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return `${value.length}:${Buffer.from(value).toString('latin1')}`
  if (isArray(value)) return `[${value.map(spell).join(',')}]`
  const entries = [...value].map(([key, item]) => `${spell(key)}=${spell(item)}`)
  return `{${entries.toSorted().join(',')}}`
}

/**
 * Below, at or above 0. Text by UTF-16 unit, BYTES by signed byte, FALSE before TRUE, NaN above all numbers.
 * Throws EvaluationError for containers and NULL, which have no order.
 */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'object' || typeof right === 'object') {
    if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right)
    throw new EvaluationError('only primitive values have an order')
  }
  if (left < right) return -1
  if (left > right) return 1
  return Number(left !== left) - Number(right !== right)
}
