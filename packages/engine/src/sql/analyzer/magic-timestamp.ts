import {parseTimestamp} from '../../expr/temporal-text.ts'
import {BIGINT} from '../../schema/sql-type.ts'
import type * as Ast from '../syntax/ast.ts'
import type {Checked} from './checked.ts'
import {refuse} from './refusal.ts'

type Side = readonly [Checked, Ast.Expression]

/** Beside ROWTIME, WINDOWSTART and WINDOWEND a text literal is a time: `ROWTIME >= '2024-01-31T12:00:00'`. */
export function magicTimestamp(left: Side, right: Side): [Checked, Checked] {
  if (isPseudoTime(left)) return [left[0], timeOf(right)]
  if (isPseudoTime(right)) return [timeOf(left), right[0]]
  return [left[0], right[0]]
}

const isPseudoTime = ([checked, node]: Side): boolean =>
  node.kind === 'ColumnRef' && ['ROWTIME', 'WINDOWSTART', 'WINDOWEND'].includes(node.name.text) && checked?.type.kind === 'BIGINT'

/** `T24` is the end of the day. */
function timeOfText(text: string): number {
  const endOfDay = /^(.*)T24(?::00)*(?:\.0+)?$/.exec(text.trim())
  return endOfDay?.[1] === undefined ? parseTimestamp(text) : parseTimestamp(endOfDay[1]) + 86_400_000
}

function timeOf([checked, node]: Side): Checked {
  if (node.kind !== 'StringLiteral') return checked
  try {
    return {kind: 'literal', type: BIGINT, value: timeOfText(node.value)}
  } catch {
    return refuse(
      `Failed to parse timestamp '${node.value}'`,
      node,
      "Expected ISO form: '2024-01-31T12:00:00.000', with an offset such as '+0100' or 'Z' if it is not UTC.",
    )
  }
}
