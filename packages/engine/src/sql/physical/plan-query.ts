import type {Step} from '../../plan/step.ts'
import type {LogicalNode} from '../logical/node.ts'
import {slotsOf} from '../logical/expr-slots.ts'
import {pruneColumns} from '../logical/rewrite/prune-columns.ts'
import {pushDownFilter} from '../logical/rewrite/push-down-filter.ts'
import type {Lowered} from './layout.ts'
import {lower, project, type Result} from './lower.ts'
import {createNaming} from './naming.ts'

/** A logical tree and the columns wanted from it, as steps. `input` tells where columns stand below the last projection. */
export function planQuery(node: LogicalNode, result: Result): {readonly root: Step; readonly input: Lowered} {
  const needed = new Set(result.key.map(({slot}) => slot))
  for (const {expr} of result.value) slotsOf(expr, needed)
  const naming = createNaming()
  const input = lower(pruneColumns(pushDownFilter(node), needed), naming)
  return {root: project(input, result, naming), input}
}
