import {INT, VARCHAR, array} from '../../schema/sql-type.ts'
import {EvaluationError} from '../evaluation-error.ts'
import {overload, p, scalar} from './define.ts'
import {compileJavaRegex} from './java-regex.ts'
import type {JavaRegex} from './java-regex.ts'
import {memoize} from './memoize.ts'

/**
 * The longest text that a regular expression is run over, in UTF-16 units. JavaScript cannot interrupt a match, and patterns
 * with nested repetition take time that grows with the power of the length, or worse: that is up to who writes the statement.
 */
export const REGEX_INPUT_MAX = 1024 * 1024

const compiled = memoize(compileJavaRegex)

function regexFor(pattern: string, input: string): JavaRegex {
  if (input.length > REGEX_INPUT_MAX)
    throw new EvaluationError(
      `text of ${input.length} characters is too long for a regular expression (at most ${REGEX_INPUT_MAX})`,
    )
  return compiled(pattern)
}

/** What stands in a group of a match; NULL if the group took no part. */
function groupOf(match: RegExpExecArray, group: number): string | null {
  return (group === 0 ? match[0] : match.groups?.[`g${group}`]) ?? null
}

function checkGroup(regex: JavaRegex, group: number): boolean {
  if (group < 0) throw new EvaluationError(`group ${group} is negative`)
  return group <= regex.groupCount
}

function extract(pattern: string, input: string, group = 0): string | null {
  const regex = regexFor(pattern, input)
  const match = new RegExp(regex.expression).exec(input)
  return match === null || !checkGroup(regex, group) ? null : groupOf(match, group)
}

function extractAll(pattern: string, input: string, group = 0): (string | null)[] | null {
  const regex = regexFor(pattern, input)
  if (!checkGroup(regex, group)) return null
  return Array.from(input.matchAll(regex.expression), match => groupOf(match, group))
}

/** A Java replacement: `$1` and `${name}` are groups, a backslash takes the next character as it is. */
type Replacement = readonly (string | {readonly group: number})[]

function parseReplacement(text: string, regex: JavaRegex): Replacement {
  const parts: (string | {readonly group: number})[] = []
  const token = /\\(.)|\$(?:\{([a-zA-Z][a-zA-Z0-9]*)\}|(\d))|([^\\$]+)/suy
  let at = 0
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    at = token.lastIndex
    if (match[2] !== undefined) parts.push({group: namedGroup(match[2], regex)})
    else if (match[3] !== undefined) {
      // Java takes further digits as long as such a group exists: with two groups $12 is group 1 and the text 2.
      let group = Number(match[3])
      for (
        let digit = text[at];
        digit !== undefined && /\d/.test(digit) && group * 10 + Number(digit) <= regex.groupCount;
        digit = text[at]
      ) {
        group = group * 10 + Number(digit)
        at++
      }
      if (group > regex.groupCount)
        throw new EvaluationError(`the replacement '${text}' names group ${group}, which the pattern lacks`)
      parts.push({group})
      token.lastIndex = at
    } else parts.push(match[1] ?? match[4] ?? '')
  }
  if (at < text.length) throw new EvaluationError(`the replacement '${text}' is not valid at character ${at + 1}`)
  return parts
}

function namedGroup(name: string, regex: JavaRegex): number {
  const group = regex.names.get(name)
  if (group === undefined) throw new EvaluationError(`the replacement names group '${name}', which the pattern lacks`)
  return group
}

function replace(input: string, pattern: string, replacement: string): string {
  const regex = regexFor(pattern, input)
  const parts = parseReplacement(replacement, regex)
  let result = ''
  let from = 0
  for (const match of input.matchAll(regex.expression)) {
    result += input.slice(from, match.index)
    for (const part of parts) result += typeof part === 'string' ? part : (groupOf(match, part.group) ?? '')
    from = match.index + match[0].length
  }
  return result + input.slice(from)
}

/** A pattern that can match nothing splits as Java's `split`: no empty part before the first match of nothing, none at the end. */
function split(input: string, pattern: string): string[] {
  const regex = regexFor(pattern, input)
  const matchesNothing = new RegExp(`^(?:${regex.expression.source})$`, 'v').test('')
  const parts: string[] = []
  let from = 0
  for (const match of input.matchAll(regex.expression)) {
    const end = match.index + match[0].length
    if (matchesNothing && end === 0) continue
    if (matchesNothing && match.index === input.length && match[0] === '') break
    parts.push(input.slice(from, match.index))
    from = end
  }
  parts.push(input.slice(from))
  if (matchesNothing) while (parts.length > 1 && parts.at(-1) === '') parts.pop()
  return parts
}

const text = (name: string) => p(name, VARCHAR)

export const regexFunctions = [
  scalar(
    'REGEXP_EXTRACT',
    'regex',
    'What the pattern, or one of its groups, matches first in the input; NULL if it does not match or lacks the group.',
    [
      overload([text('pattern'), text('input')], VARCHAR, (pattern: string, input: string) => extract(pattern, input)),
      overload([text('pattern'), text('input'), p('group', INT)], VARCHAR, extract),
    ],
  ),
  scalar(
    'REGEXP_EXTRACT_ALL',
    'regex',
    'Everything that the pattern, or one of its groups, matches in the input; NULL if it lacks the group.',
    [
      overload([text('pattern'), text('input')], array(VARCHAR), (pattern: string, input: string) => extractAll(pattern, input)),
      overload([text('pattern'), text('input'), p('group', INT)], array(VARCHAR), extractAll),
    ],
  ),
  scalar(
    'REGEXP_REPLACE',
    'regex',
    'The text with everything that the pattern matches replaced; $1 in the replacement is the first group.',
    [overload([text('str'), text('regexp'), text('newStr')], VARCHAR, replace)],
  ),
  scalar(
    'REGEXP_SPLIT_TO_ARRAY',
    'regex',
    'The parts of the text between the matches of the pattern, empty ones too; an empty pattern splits between all characters.',
    [overload([text('string'), text('regexp')], array(VARCHAR), split)],
  ),
]
