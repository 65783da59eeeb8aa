import {assertNever} from '../base/assert.ts'
import type {Expr} from '../expr/ir.ts'
import {exprText} from './expr-text.ts'
import {pullInputs, type Bounds, type Ends, type IndexLookup, type PullNode, type PullScan, type RangeEnd} from './pull-plan.ts'

/** The topic whose key index a scan of a stream uses; undefined when there is none. */
export type KeyIndexOf = (scan: PullScan) => string | undefined

/** A pull plan as a text tree, the result on top. */
export function explainPull(node: PullNode, keyIndexOf: KeyIndexOf, indent = ''): string {
  const inputs = pullInputs(node).map(input => explainPull(input, keyIndexOf, `${indent}  `))
  return [`${indent}${detail(node, keyIndexOf)}`, ...inputs].join('\n')
}

const list = (exprs: readonly Expr[]): string => exprs.map(exprText).join(', ')

function detail(node: PullNode, keyIndexOf: KeyIndexOf): string {
  switch (node.kind) {
    case 'scan':
      return node.from === 'stream' ? streamText(node, keyIndexOf(node)) : tableText(node)
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

function streamText({sourceName, keys, log}: PullScan, indexed: string | undefined): string {
  const parts = [ends('ROWTIME', log?.rowtime), ends('ROWOFFSET', log?.offset), ends('ROWPARTITION', log?.partition)]
  const byKey = keys === undefined || indexed === undefined ? [] : [`${keys.length} keys by key index of topic ${indexed}`]
  return `stream ${sourceName}: ${[...byKey, ...parts.flat()].join(', ') || 'scan of the log up to its end'}`
}

function tableText({sourceName, keys, windowStart, index}: PullScan): string {
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
