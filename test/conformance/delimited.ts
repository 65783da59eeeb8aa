import {toJsonKey, toJsonObject, type Source} from '@millrace/engine'
import {blobsOf, serdeFor} from '@millrace/engine/testing'
import type {CaseRecord} from './suite.ts'

/** Expected records of DELIMITED topics are lines of text: read here as rows, so that they are compared cell by cell. */
export function delimitedReader(source: Source | undefined): (record: CaseRecord) => CaseRecord {
  if (!source) return record => record
  const {formats, schema} = source
  const keySerde =
    formats.key.name === 'DELIMITED' && schema.key.length > 1 ? serdeFor(formats.key, schema.key, 'key') : undefined
  const valueSerde = formats.value.name === 'DELIMITED' ? serdeFor(formats.value, schema.value, 'value') : undefined
  const lineOf = (text: unknown) => (typeof text === 'string' ? blobsOf([Buffer.from(text)]) : undefined)
  return record => {
    const key = lineOf(record.key)
    const value = lineOf(record.value)
    const keyCells = key && keySerde?.decode(key, 0)
    const cells = value && valueSerde?.decode(value, 0)
    return {
      ...record,
      ...(keyCells && {key: toJsonKey(schema.key, keyCells)}),
      ...(cells && {value: toJsonObject(schema.value, cells)}),
    }
  }
}
