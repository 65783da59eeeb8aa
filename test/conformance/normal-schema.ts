import {parseColumns, printColumn} from '@millrace/engine/testing'

/** A schema's text with one spelling: names without quotes, in upper case unless they were quoted, one name per type, no word on header columns. */
export function normalSchema(text: string): string {
  const plain = text.replaceAll(/ PRIMARY KEY\b/gi, ' KEY').replaceAll(/ HEADERS\b| HEADER\('[^']*'\)/gi, '')
  const parsed = parseColumns(plain)
  if ('diagnostic' in parsed) return text
  const printed = parsed.columns.map(printColumn).join(', ')
  return printed.replaceAll('`', '').replaceAll(/\bINT\b/g, 'INTEGER').replaceAll(/\bVARCHAR\b/g, 'STRING')
}
