import {parseColumns, printColumn} from '@millrace/engine/testing'

/**
 * A schema's text with one spelling: names without quotes, in upper case unless they were quoted, one name per type. ksqlDB
 * names header columns right behind the key, wherever they stand in its rows: here they come last.
 */
export function normalSchema(text: string): string {
  const parsed = parseColumns(text.replaceAll(/ PRIMARY KEY\b/gi, ' KEY'))
  if ('diagnostic' in parsed) return text
  const isHeader = ({constraint}: (typeof parsed.columns)[number]): boolean =>
    constraint?.kind === 'HEADER' || constraint?.kind === 'HEADERS'
  const columns = [...parsed.columns.filter(column => !isHeader(column)), ...parsed.columns.filter(isHeader)]
  const printed = columns.map(column => printColumn(isHeader(column) ? {...column, constraint: undefined} : column)).join(', ')
  return printed
    .replaceAll('`', '')
    .replaceAll(/\bINT\b/g, 'INTEGER')
    .replaceAll(/\bVARCHAR\b/g, 'STRING')
}
