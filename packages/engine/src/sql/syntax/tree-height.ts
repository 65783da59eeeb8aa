import type {Cursor} from './cursor.ts'
import {SyntaxFailure} from './diagnostic.ts'
import type {Span} from './span.ts'
import {syntaxLimits} from './syntax-limits.ts'

/**
 * Refuses a tree that is higher than `treeHeightMax`, so that everything after the parser may walk it by recursion. The
 * parser builds chains of operators in a loop, without going deeper itself. A tree has hardly more levels than the statement
 * has tokens, so most statements are not walked at all.
 */
export function checkTreeHeight(tree: object, cursor: Cursor): void {
  if (cursor.tokenCount <= syntaxLimits.treeHeightMax) return
  const pending: {readonly value: object; readonly height: number}[] = [{value: tree, height: 1}]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const {value, height} = next
    if (height > syntaxLimits.treeHeightMax) refuse(value)
    const innerHeight = Array.isArray(value) ? height : height + 1
    for (const part of Object.values(value)) if (isObject(part)) pending.push({value: part, height: innerHeight})
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function refuse(node: {span?: Span}): never {
  const message = `Syntax Error: an expression has more than ${syntaxLimits.treeHeightMax} operators in a row`
  const hint = 'x IN (…) replaces x = … OR x = …; parentheses around groups help, too'
  throw new SyntaxFailure({code: 'LIMIT_EXCEEDED', message, span: node.span ?? {start: 0, end: 0}, hint})
}
