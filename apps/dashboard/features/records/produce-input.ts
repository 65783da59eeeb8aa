import type {Column} from '../../graphql/sources.ts'
import {parseJson} from '../../lib/json.ts'

type ParsedField = {readonly value: unknown} | {readonly problem: string}

/** A key may be plain text; a value that looks like JSON and is not is refused here, with the parser's words. */
export function parseField(name: 'Key' | 'Value', text: string): ParsedField {
  try {
    return {value: parseJson(text)}
  } catch (error) {
    if (name === 'Key' && !/^\s*[{["]/.test(text)) return {value: text}
    return {problem: `${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`}
  }
}

const sample = (type: string): unknown => {
  if (/^(INT|BIGINT|DOUBLE)/.test(type)) return 0
  if (type.startsWith('DECIMAL')) return '0'
  if (type === 'BOOLEAN') return false
  if (type.startsWith('ARRAY')) return []
  return /^(MAP|STRUCT)/.test(type) ? {} : ''
}

/** The value columns with plain contents, to write over. */
export const example = (columns: readonly Column[]): string =>
  JSON.stringify(Object.fromEntries(columns.filter(it => !it.isKey).map(it => [it.name, sample(it.type)])), undefined, 2)
