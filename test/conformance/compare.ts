import {Digits} from './suite.ts'

/** Why `actual` is not what was expected; undefined when it is. Places are written as `a.b[2]`. */
export function difference(expected: unknown, actual: unknown, place = ''): string | undefined {
  if (expected === null || expected === undefined)
    return actual === null || actual === undefined ? undefined : mismatch(place, expected, actual)
  if (Array.isArray(expected)) return arrayDifference(expected, actual, place)
  if (typeof expected === 'object' && !(expected instanceof Digits))
    return objectDifference(Object.entries(expected), actual, place)
  return scalarsAgree(expected, actual) ? undefined : mismatch(place, expected, actual)
}

function arrayDifference(expected: readonly unknown[], actual: unknown, place: string): string | undefined {
  if (!Array.isArray(actual) || actual.length !== expected.length) return mismatch(place, expected, actual)
  for (let i = 0; i < expected.length; i++) {
    const found = difference(expected[i], actual[i], `${place}[${i}]`)
    if (found) return found
  }
  return undefined
}

/** Fields are looked up by their exact name, then upper-cased; a NULL matches a missing field; others must not be there. */
function objectDifference(expected: readonly (readonly [string, unknown])[], actual: unknown, place: string): string | undefined {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual))
    return mismatch(place, Object.fromEntries(expected), actual)
  const fields = new Map(Object.entries(actual))
  const seen = new Set<string>()
  for (const [name, value] of expected) {
    const key = fields.has(name) ? name : name.toUpperCase()
    const found = difference(value, fields.get(key), `${place}.${name}`)
    if (found) return found
    seen.add(key)
  }
  for (const [name, value] of fields)
    if (!seen.has(name) && value !== null) return `${place}.${name}: not expected, found ${show(value)}`
  return undefined
}

function scalarsAgree(expected: unknown, actual: unknown): boolean {
  if (expected === actual) return true
  if (typeof expected === 'boolean' || typeof actual === 'boolean') return String(expected).toLowerCase() === String(actual)
  const left = textOf(expected)
  const right = textOf(actual)
  if (left === right) return true
  if (!isNumeric(left) || !isNumeric(right)) return false
  if (isLong(left) && isLong(right)) return BigInt(left) === BigInt(right)
  const [a, b] = [Number(left), Number(right)]
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b))
}

const textOf = (value: unknown): string => (value instanceof Digits ? value.text : String(value))
const isNumeric = (text: string): boolean => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)
const isLong = (text: string): boolean => /^-?\d+$/.test(text)

const mismatch = (place: string, expected: unknown, actual: unknown): string =>
  `${place || 'value'}: expected ${show(expected)}, found ${show(actual)}`

export const show = (value: unknown): string =>
  JSON.stringify(value, (_, it: unknown) => (typeof it === 'bigint' ? `${it}n` : it instanceof Digits ? it.text : it)) ??
  'nothing'
