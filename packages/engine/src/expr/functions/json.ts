import {BOOLEAN, INT, VARCHAR, array, map} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {EvaluationError} from '../evaluation-error.ts'
import {parseLong} from '../long.ts'
import type {BoundTypes} from './definition.ts'
import {NULL_SAFE, VARIADIC, bound, overload, p, scalar, variable} from './define.ts'
import {parseJson, printJson} from './json-node.ts'
import type {JsonNode} from './json-node.ts'
import {memoize} from './memoize.ts'
import {valueToJson} from './value-json.ts'

/** Text as it is, anything else as JSON text. */
const unquoted = (node: JsonNode) => (node.kind === 'string' ? node.value : printJson(node))

/** `$`, then `.name`, `[3]` or `["any name"]`, any number of times. */
const pathSteps = memoize((path: string): readonly string[] => {
  const steps: string[] = []
  const step = /\s*(?:\.([\p{L}\p{N}_:@]+)|\[(?:([\p{L}\p{N}_:@]+)|"((?:[^"\\]|\\.)*)")\])/uy
  if (!path.startsWith('$')) throw new EvaluationError(`Invalid JSON path '${path}': expected it to begin with $`)
  step.lastIndex = 1
  let at = 1
  for (let match = step.exec(path); match !== null; match = step.exec(path)) {
    steps.push(match[1] ?? match[2] ?? (match[3] ?? '').replace(/\\(.)/g, '$1'))
    at = step.lastIndex
  }
  if (path.slice(at).trim() !== '')
    throw new EvaluationError(`Invalid JSON path '${path}' at character ${at + 1}: expected .name, [index] or ["name"]`)
  return steps
})

function memberOf(node: JsonNode, step: string): JsonNode | undefined {
  if (node.kind === 'object') return node.members.get(step)
  return node.kind === 'array' && /^\d+$/.test(step) ? node.items[Number(step)] : undefined
}

function extractField(text: string, path: string): string | null {
  let node = parseJson(text)
  for (const step of pathSteps(path)) {
    if (node === undefined) return null
    node = memberOf(node, step)
  }
  return node === undefined ? null : unquoted(node)
}

function isJson(text: string | null): boolean {
  try {
    return text !== null && parseJson(text) !== undefined
  } catch {
    return false
  }
}

/** Whole numbers match INT and BIGINT only, others DOUBLE only. */
function matches(node: JsonNode, value: Value, type: SqlType): boolean {
  switch (node.kind) {
    case 'string':
      return type.kind === 'VARCHAR' && node.value === value
    case 'word':
      return node.text === 'null' ? value === null : type.kind === 'BOOLEAN' && node.text === String(value)
    case 'number':
      if (/[.eE]/.test(node.text)) return type.kind === 'DOUBLE' && Number(node.text) === value
      return (type.kind === 'INT' || type.kind === 'BIGINT') && parseLong(node.text) === value
    default:
      return false
  }
}

function bindArrayContains({types: [, type = VARCHAR]}: BoundTypes) {
  return (text: string | null, value: Value) => {
    if (text === null) return null
    const node = isJson(text) ? parseJson(text) : undefined
    return node?.kind === 'array' && node.items.some(item => matches(item, value, type))
  }
}

function concatJson(texts: readonly string[]): string | null {
  const nodes: JsonNode[] = []
  for (const text of texts) {
    const node = parseJson(text)
    if (node === undefined) return null
    nodes.push(node)
  }
  const [first] = nodes
  if (first === undefined || nodes.length === 1) return first === undefined ? null : printJson(first)
  if (nodes.every(node => node.kind === 'object'))
    return printJson({kind: 'object', members: new Map(nodes.flatMap(node => [...node.members]))})
  return printJson({kind: 'array', items: nodes.flatMap(node => (node.kind === 'array' ? node.items : [node]))})
}

const itemsOf = (text: string) => {
  const node = parseJson(text)
  return node?.kind === 'array' ? node.items : null
}

const membersOf = (text: string) => {
  const node = parseJson(text)
  return node?.kind === 'object' ? node.members : null
}

const json = (name: string) => p(name, VARCHAR)

export const jsonFunctions = [
  scalar(
    'EXTRACTJSONFIELD',
    'json',
    'The value at a path such as $.list[0].name: text as it is, anything else as JSON text; NULL if there is none.',
    [overload([json('input'), json('path')], VARCHAR, extractField)],
  ),
  scalar('IS_JSON_STRING', 'json', 'Whether the text is JSON; FALSE for empty text and NULL.', [
    overload([json('input')], BOOLEAN, isJson, NULL_SAFE),
  ]),
  scalar(
    'JSON_ARRAY_CONTAINS',
    'json',
    'Whether a JSON array has an element of the same type and value; FALSE for what is no array.',
    [bound([json('jsonArray'), p('val', variable('T'))], BOOLEAN, bindArrayContains, NULL_SAFE)],
  ),
  scalar(
    'JSON_ARRAY_LENGTH',
    'json',
    'The number of elements of a JSON array; NULL for other JSON, an error for what is no JSON.',
    [overload([json('jsonArray')], INT, (text: string) => itemsOf(text)?.length ?? null)],
  ),
  scalar('JSON_CONCAT', 'json', 'JSON objects merged into one (the last one wins), or else all values in one array.', [
    overload([json('jsonStrings')], VARCHAR, (...texts: string[]) => concatJson(texts), VARIADIC),
  ]),
  scalar('JSON_ITEMS', 'json', 'The elements of a JSON array as JSON texts; NULL for other JSON, an error for what is no JSON.', [
    overload([json('jsonItems')], array(VARCHAR), (text: string) => itemsOf(text)?.map(printJson) ?? null),
  ]),
  scalar('JSON_KEYS', 'json', 'The names of a JSON object, in its order; NULL for other JSON, an error for what is no JSON.', [
    overload([json('jsonObj')], array(VARCHAR), (text: string) => {
      const members = membersOf(text)
      return members === null ? null : [...members.keys()]
    }),
  ]),
  scalar(
    'JSON_RECORDS',
    'json',
    'The members of a JSON object as a map: text as it is, other values as JSON text; NULL for other JSON.',
    [
      overload([json('jsonObj')], map(VARCHAR, VARCHAR), (text: string) => {
        const members = membersOf(text)
        return members === null ? null : new Map([...members].map(([name, member]) => [name, unquoted(member)]))
      }),
    ],
  ),
  scalar('TO_JSON_STRING', 'json', 'Any value as JSON text: names sorted, times in ISO form, bytes as base64; NULL reads null.', [
    bound(
      [p('input', variable('T'))],
      VARCHAR,
      ({types: [type = VARCHAR]}) =>
        (value: Value) =>
          valueToJson(value, type),
      NULL_SAFE,
    ),
  ]),
]
