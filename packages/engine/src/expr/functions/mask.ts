import {INT, VARCHAR} from '../../schema/sql-type.ts'
import {EvaluationError} from '../evaluation-error.ts'
import type {FunctionDefinition} from './definition.ts'
import {NULL_SAFE, overload, p, scalar} from './define.ts'

/** Mask characters for upper-case letters, lower-case letters, digits and everything else; NULL keeps that class. */
type Masks = readonly (string | null)[]

const DEFAULT_MASKS: Masks = ['X', 'x', 'n', '-']
const CLASSES = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u]

function mask(text: string, masks: Masks): string {
  let result = ''
  for (const character of text) {
    const index = CLASSES.findIndex(test => test.test(character))
    result += masks[index < 0 ? 3 : index] ?? character
  }
  return result
}

function checked(masks: Masks): Masks {
  for (const character of masks)
    if (character !== null && character.length !== 1)
      throw new EvaluationError(`Invalid mask character. Must be only single character, but was '${character}'`)
  return masks
}

/** Masks `[from, to)` of the text, as `range` has it for a length and a count. */
type Range = (length: number, count: number) => readonly [number, number]

function maskPart(name: string, range: Range, text: string | null, count: number | null, masks: Masks): string | null {
  if (text === null || count === null) return null
  if (count < 0) throw new EvaluationError(`function ${name} requires a non-negative number of characters to mask or skip`)
  const [from, to] = range(text.length, Math.min(count, text.length))
  return text.slice(0, from) + mask(text.slice(from, to), checked(masks)) + text.slice(to)
}

const maskParameters = ['upper', 'lower', 'digit', 'other'].map(name => p(name, VARCHAR))

function partial(name: string, description: string, range: Range): FunctionDefinition {
  const parameters = [p('input', VARCHAR), p('numChars', INT)]
  const evaluate = (text: string | null, count: number | null, ...masks: (string | null)[]) =>
    maskPart(name, range, text, count, masks.length === 0 ? DEFAULT_MASKS : masks)
  return scalar(name, 'string', description, [
    overload(parameters, VARCHAR, evaluate, NULL_SAFE),
    overload([...parameters, ...maskParameters], VARCHAR, evaluate, NULL_SAFE),
  ])
}

const BY_DEFAULT =
  'Upper-case letters become X, lower-case x, digits n, others -, or what is given; a NULL mask leaves its class as it is.'

export const maskFunctions = [
  scalar('MASK', 'string', `The text with every character masked. ${BY_DEFAULT}`, [
    overload([p('input', VARCHAR)], VARCHAR, (text: string) => mask(text, DEFAULT_MASKS)),
    overload(
      [p('input', VARCHAR), ...maskParameters],
      VARCHAR,
      (text: string | null, ...masks: (string | null)[]) => (text === null ? null : mask(text, checked(masks))),
      NULL_SAFE,
    ),
  ]),
  partial('MASK_KEEP_LEFT', `The text with all but the first characters masked. ${BY_DEFAULT}`, (length, count) => [
    count,
    length,
  ]),
  partial('MASK_KEEP_RIGHT', `The text with all but the last characters masked. ${BY_DEFAULT}`, (length, count) => [
    0,
    length - count,
  ]),
  partial('MASK_LEFT', `The text with the first characters masked. ${BY_DEFAULT}`, (_, count) => [0, count]),
  partial('MASK_RIGHT', `The text with the last characters masked. ${BY_DEFAULT}`, (length, count) => [length - count, length]),
]
