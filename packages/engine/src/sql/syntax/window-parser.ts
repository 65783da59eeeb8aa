import type {Cursor} from './cursor.ts'
import {parseDuration} from './duration-parser.ts'
import type {Duration, WindowClause} from './query-ast.ts'

const windowTypes: readonly string[] = ['TUMBLING', 'HOPPING', 'SESSION']

/** What follows WINDOW. A name before the window's type is read and means nothing. */
export function parseWindow(cursor: Cursor): WindowClause {
  const next = cursor.peek(1)
  const isNamed = cursor.looksAtName() && next.kind === 'word' && windowTypes.includes(next.text)
  if (isNamed) cursor.take()
  const {start} = cursor.peek().span
  const type = cursor.expectOneOf('TUMBLING', 'HOPPING', 'SESSION')
  cursor.expectSymbol('(')
  if (type === 'SESSION') {
    const gap = parseDuration(cursor)
    return {kind: 'SessionWindow', gap, ...parseBounds(cursor), span: cursor.spanFrom(start)}
  }
  if (!cursor.at('SIZE')) cursor.fail(`${type} (SIZE 10 MINUTES${type === 'HOPPING' ? ', ADVANCE BY 1 MINUTE' : ''})`)
  cursor.take()
  const size = parseDuration(cursor)
  if (type === 'TUMBLING') return {kind: 'TumblingWindow', size, ...parseBounds(cursor), span: cursor.spanFrom(start)}
  if (!cursor.atSymbol(',')) cursor.fail('HOPPING (SIZE 10 MINUTES, ADVANCE BY 1 MINUTE)')
  cursor.take()
  cursor.expect('ADVANCE', 'BY')
  const advance = parseDuration(cursor)
  return {kind: 'HoppingWindow', size, advance, ...parseBounds(cursor), span: cursor.spanFrom(start)}
}

/** `, RETENTION 1 DAY, GRACE PERIOD 1 HOUR)`, each at most once, in any order. */
function parseBounds(cursor: Cursor): {retention: Duration | undefined; grace: Duration | undefined} {
  let retention: Duration | undefined
  let grace: Duration | undefined
  while (cursor.acceptSymbol(',')) {
    if (retention === undefined && cursor.accept('RETENTION')) retention = parseDuration(cursor)
    else if (grace === undefined && cursor.accept('GRACE', 'PERIOD')) grace = parseDuration(cursor)
    else cursor.fail()
  }
  cursor.expectSymbol(')')
  return {retention, grace}
}
