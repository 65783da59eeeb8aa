import type {WindowedKey} from '../../plan/formats.ts'
import type {Join} from '../syntax/query-ast.ts'
import type {Relations} from './from.ts'
import {isKeyOf, keyTypesMatch, type JoinCondition} from './join-condition.ts'
import {keyFormatOf} from './co-partitioning.ts'
import {refuse} from './refusal.ts'

export type KeyedJoinKind = 'stream-stream' | 'stream-table' | 'table-table'
export type JoinKind = KeyedJoinKind | 'foreign-key' | 'table-stream'

/** What can be said before the condition is looked at. The same source may come twice, under two names. */
export function refuseUnjoinable(left: Relations, right: Relations, join: Join): void {
  const alias = right.scope.sources[0]?.alias ?? ''
  if (left.scope.sources.some(source => source.alias === alias))
    refuse(
      `Each source of a join needs a name of its own, but '${alias}' names two of them.`,
      join.right,
      `Put one behind it: JOIN … AS ${alias}_2.`,
    )
}

export function validateJoin(
  of: JoinKind,
  join: Join,
  condition: JoinCondition,
  left: Relations,
  right: Relations,
): asserts of is KeyedJoinKind | 'foreign-key' {
  const text = `${left.scope.sources[0]?.alias ?? ''} ${joinText[join.joinType]} JOIN ${right.scope.sources[0]?.alias ?? ''}`
  if (of === 'table-stream')
    refuse(`Invalid join order: table-stream joins are not supported; only stream-table joins. Got ${text}.`, join)
  refuseType(of, join, text)
  refuseWindows(of, join, left, right)
  refuseCondition(of, join, condition, left, right)
  refuseWithin(of, join)
}

const joinText: Readonly<Record<Join['joinType'], string>> = {
  INNER: '[INNER]',
  LEFT: 'LEFT [OUTER]',
  RIGHT: 'RIGHT [OUTER]',
  FULL: '[FULL] OUTER',
}

function refuseType(of: JoinKind, join: Join, text: string): void {
  if (join.joinType !== 'RIGHT' && join.joinType !== 'FULL') return
  const type = join.joinType === 'RIGHT' ? 'right-outer' : 'full-outer'
  if (of === 'stream-table') refuse(`Invalid join type: ${type} join is not supported for stream-table joins. Got ${text}.`, join)
}

function refuseCondition(of: JoinKind, join: Join, condition: JoinCondition, left: Relations, right: Relations): void {
  const {on} = join
  const hasPrimaryKey = isKeyOf(condition.right, right)
  if (of === 'stream-table' && !hasPrimaryKey)
    refuse(`Invalid join condition: stream-table joins require to join on the table's primary key. Got ${condition.text}.`, on)
  if ((of === 'table-table' || of === 'foreign-key') && !hasPrimaryKey)
    refuse(
      `Invalid join condition: table-table joins require to join on the primary key of the right input table. Got ${condition.text}.`,
      on,
    )
  if (of === 'foreign-key') refuseForeignKey(join, condition, left)
  if (!keyTypesMatch(condition))
    refuse(
      `Invalid join condition: types don't match. Got ${condition.typedText}.`,
      on,
      'CAST one side to the type of the other.',
    )
  if (of === 'table-table') refuseFormats(join, left, right)
}

function refuseForeignKey(join: Join, condition: JoinCondition, left: Relations): void {
  if (left.scope.sources.length > 1)
    refuse(
      `Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got ${condition.text}.`,
      join.on,
    )
  if (join.joinType === 'INNER' || join.joinType === 'LEFT') return
  const type = join.joinType === 'RIGHT' ? 'right-outer' : 'full-outer'
  refuse(`Invalid join type: ${type} join is not supported for foreign-key joins. Got ${condition.text}.`, join)
}

function refuseFormats(join: Join, left: Relations, right: Relations): void {
  const [l, r] = [keyFormatOf(left.node), keyFormatOf(right.node)]
  if (l.name === r.name) return
  const [leftName, rightName] = [left.scope.sources[0]?.source.name ?? '', right.scope.sources[0]?.source.name ?? '']
  refuse(
    `Incompatible key formats. \`${leftName}\` has ${l.name} while \`${rightName}\` has ${r.name}.`,
    join,
    `A copy with the other format: CREATE TABLE … WITH (KEY_FORMAT='${l.name}') AS SELECT * FROM ${rightName}.`,
  )
}

function refuseWithin(of: JoinKind, join: Join): void {
  if (of === 'stream-stream') {
    if (join.within === undefined)
      refuse(
        'Stream-Stream joins must have a WITHIN clause specified. None was provided.',
        join,
        'Say how far apart in time two records may be: WITHIN 1 HOUR.',
      )
    return
  }
  if (join.within === undefined) return
  const kinds = of === 'stream-table' ? 'Stream-Table' : 'Table-Table'
  refuse(
    `A window definition was provided for a ${kinds} join. These joins are not windowed. ` +
      `Please drop the window definition (ie. the WITHIN clause) and try to execute your ${kinds} join again.`,
    join.within,
  )
}

function refuseWindows(of: JoinKind, join: Join, left: Relations, right: Relations): void {
  const [l, r] = [left.scope.sources[0]?.source, right.scope.sources[0]?.source]
  if (l === undefined || r === undefined) return
  if (of === 'foreign-key' && (l.window ?? r.window) !== undefined)
    refuse('Foreign-key table-table joins are not supported on windowed tables.', join)
  if ((l.window === undefined) !== (r.window === undefined)) {
    const says = (name: string, window: WindowedKey | undefined): string =>
      `\`${name}\` is ${window === undefined ? 'not' : window.kind.toUpperCase()} windowed`
    refuse(`Can not join windowed source to non-windowed source.\n${says(l.name, l.window)}\n${says(r.name, r.window)}`, join)
  }
  if (l.window !== undefined && r.window !== undefined && (l.window.kind === 'session') !== (r.window.kind === 'session'))
    refuse(
      `Incompatible windowed sources.\nLeft source: ${l.window.kind.toUpperCase()}\nRight source: ${r.window.kind.toUpperCase()}\n` +
        'Session windowed sources can only be joined to other session windowed sources, and may still not result in expected ' +
        'behaviour as session bounds must be an exact match for the join to work\n' +
        'Hopping and tumbling windowed sources can only be joined to other hopping and tumbling windowed sources',
      join,
    )
}
