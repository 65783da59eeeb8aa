import {printSchema, type Engine, type Source} from '@millrace/engine'
import {failed, type Mode, type Outcome} from './outcome.ts'
import {normalSchema} from './normal-schema.ts'
import type {ExpectedFormat, ExpectedSource} from './suite.ts'

/** Each source that a case describes must be there as described. */
export function sourcesDifference(engine: Engine, expected: readonly ExpectedSource[], mode: Mode): Outcome | undefined {
  for (const each of expected) {
    const source = engine.sources().find(it => it.name === each.name)
    const problem = source ? sourceDifference(each, source, mode) : 'does not exist'
    if (problem) return failed(`source ${each.name}: ${problem}`)
  }
  return undefined
}

function sourceDifference(
  {type, schema, keyFormat, valueFormat, isSource}: ExpectedSource,
  source: Source,
  {isInColumns}: Mode,
): string | undefined {
  if (source.kind !== type.toLowerCase()) return `expected a ${type}, found a ${source.kind}`
  const found = printSchema(source.schema)
  if (schema !== undefined && normalSchema(schema) !== normalSchema(found)) return `expected ${schema}, found ${found}`
  if (isSource !== undefined && isSource !== source.isReadOnly) return `expected isSource ${isSource}, found ${source.isReadOnly}`
  const value = formatOf(valueFormat)
  const isOther =
    value.format !== undefined && value.format !== source.formats.value.name && !(isInColumns && value.format === 'JSON')
  if (isOther) return `expected values in ${value.format}, found ${source.formats.value.name}`
  return keyDifference(formatOf(keyFormat), source)
}

function keyDifference(
  {format, windowType, windowSize}: Exclude<ExpectedFormat, string>,
  {formats, window}: Source,
): string | undefined {
  if (format !== undefined && format !== formats.key.name) return `expected keys in ${format}, found ${formats.key.name}`
  if (windowType !== undefined && windowType.toLowerCase() !== window?.kind)
    return `expected ${windowType} windows, found ${window?.kind ?? 'none'}`
  const size = window && 'sizeMs' in window ? window.sizeMs : undefined
  return windowSize !== undefined && windowSize !== null && windowSize !== size
    ? `expected windows of ${windowSize} ms, found ${size ?? 'none'}`
    : undefined
}

const formatOf = (format: ExpectedFormat | undefined): Exclude<ExpectedFormat, string> =>
  typeof format === 'string' ? {format} : (format ?? {})
