import {assertNever} from '../base/assert.ts'
import type {Expr} from '../expr/ir.ts'
import {exprText} from './expr-text.ts'
import {pullInputs, type Bounds, type Ends, type IndexLookup, type PullNode, type PullScan, type RangeEnd} from './pull-plan.ts'

/** A pull plan as a text tree, the result on top. */
export function explainPull(node: PullNode, indent = ''): string {
  return [`${indent}${detail(node)}`, ...pullInputs(node).map(input => explainPull(input, `${indent}  `))].join('\n')
}

const list = (exprs: readonly Expr[]): string => exprs.map(exprText).join(', ')

function detail(node: PullNode): string {
  switch (node.kind) {
    case 'scan':
      return scanText(node)
    case 'filter':
      return `filter: ${exprText(node.where)}`
    case 'project':
      return `project: ${list(node.values)}`
    case 'aggregate': {
      const calls = node.aggregations.map(({function: name, args}) => `${name}(${list(args)})`)
      return `aggregate: ${calls.join(', ') || 'no functions'} by ${list(node.groups) || 'nothing'}, groups in memory`
    }
    case 'join': {
      const on = node.on.map(({left, right}) => `${exprText(left)} = ${exprText(right)}`)
      return `hash join, ${node.join}: ${[...on, ...(node.where === undefined ? [] : [exprText(node.where)])].join(' AND ')}`
    }
    case 'sort': {
      const keys = node.by.map(
        ({expr, isDescending, areNullsFirst}) =>
          `${exprText(expr)}${isDescending ? ' DESC' : ''}${areNullsFirst ? ' NULLS FIRST' : ''}`,
      )
      return `sort: ${keys.join(', ')}`
    }
    case 'limit':
      return `limit: ${node.limit ?? 'all'}${node.offset === undefined ? '' : `, after ${node.offset}`}`
    case 'union':
      return 'union: all rows'
    default:
      return assertNever(node, 'pull node')
  }
}

function scanText({sourceName, from, keys, windowStart, index, log}: PullScan): string {
  if (from === 'stream') {
    const parts = [ends('ROWTIME', log?.rowtime), ends('ROWOFFSET', log?.offset), ends('ROWPARTITION', log?.partition)]
    const one = keys === undefined ? [] : [`the partitions of ${keys.length} keys`]
    return `stream ${sourceName}: ${[...one, ...parts.flat()].join(', ') || 'scan of the log up to its end'}`
  }
  const windows = windowStart === undefined ? '' : `, ${bounds('WINDOWSTART', windowStart)}`
  if (keys !== undefined) return `table ${sourceName}: look-up of ${keys.length} keys${windows}`
  return `table ${sourceName}: ${index === undefined ? 'scan of all rows' : indexText(index)}${windows}`
}

const above = ({value, isInclusive}: RangeEnd): string => `${isInclusive ? '>=' : '>'} ${exprText(value)}`
const below = ({value, isInclusive}: RangeEnd): string => `${isInclusive ? '<=' : '<'} ${exprText(value)}`

const ends = (name: string, range: Ends | undefined): string[] =>
  range === undefined ? [] : [...range.from.map(above), ...range.to.map(below)].map(text => `${name} ${text}`)

function indexText({name, equal, from, to}: IndexLookup): string {
  const range = [...(from === undefined ? [] : [above(from)]), ...(to === undefined ? [] : [below(to)])]
  const values = equal.filter(exprs => exprs.length > 0).map(exprs => `(${list(exprs)})`)
  return `index ${name}: ${[...values, ...range].join(' ')}`
}

function bounds(name: string, range: Bounds | undefined): string {
  if (range === undefined) return ''
  return `${name} from ${range.from ?? 'the begin'} to ${range.to ?? 'the end'}`
}
