import {COLUMNS, KAFKA, type Format, type FormatName, type Formats} from '../../plan/formats.ts'
import type {Span} from '../syntax/span.ts'
import {didYouMean, refuse} from './refusal.ts'
import type {Settings} from './settings.ts'
import type {PropertyName, WithProperties} from './with-properties.ts'

const formatNames: readonly FormatName[] = [
  'COLUMNS',
  'JSON',
  'JSON_SR',
  'DELIMITED',
  'KAFKA',
  'NONE',
  'AVRO',
  'PROTOBUF',
  'PROTOBUF_NOSR',
]

const named = (name: FormatName): Format => ({name, settings: {}})

function formatNamed(text: string, where: Span): FormatName {
  const upper = text.toUpperCase()
  const known = formatNames.find(name => name === upper)
  return known ?? refuse(`Unknown format: ${upper}`, where, didYouMean(upper, formatNames) ?? `Known: ${formatNames.join(', ')}.`)
}

type Part = 'key' | 'value'

/**
 * Formats that the WITH clause names, filled up from `inherited` (the left-most source of a query), else from the session's
 * defaults, else KAFKA keys and COLUMNS.
 */
export function chooseFormats(
  properties: WithProperties,
  settings: Settings,
  span: Span,
  inherited?: {readonly key: Format | undefined; readonly value: Format},
): Formats {
  for (const name of ['KEY_FORMAT', 'VALUE_FORMAT'] as const) {
    if (properties.at('FORMAT') === undefined || properties.at(name) === undefined) continue
    refuse(
      `Cannot supply both '${name}' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. ` +
        `Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.`,
      properties.at(name)?.span ?? span,
    )
  }
  return {
    key: chooseFormat('key', properties, settings, span, inherited?.key),
    value: chooseFormat('value', properties, settings, span, inherited?.value),
  }
}

function chooseFormat(part: Part, properties: WithProperties, settings: Settings, span: Span, inherited?: Format): Format {
  const ownName: PropertyName = part === 'key' ? 'KEY_FORMAT' : 'VALUE_FORMAT'
  const property = properties.at(ownName) ?? properties.at('FORMAT')
  const written = properties.text(ownName) ?? properties.text('FORMAT')
  const named = written === undefined ? undefined : formatNamed(written, property?.span ?? span)
  // FORMAT='COLUMNS' is for the value: keys of columns are stored with them.
  const isWhole = properties.at(ownName) === undefined
  const name = part === 'key' && isWhole && named === 'COLUMNS' ? undefined : named
  const base =
    name === undefined
      ? (inherited ?? defaultFormat(part, settings, span))
      : inherited?.name === name
        ? inherited
        : {name, settings: {}}
  return withSettings(part, base, properties, span)
}

/** A session default of NONE, like no default, means Millrace's own. */
export function defaultFormat(part: Part, settings: Settings, span: Span): Format {
  const text = settings.text(`ksql.persistence.default.format.${part}`)
  if (text !== undefined && text !== '') return named(formatNamed(text, span))
  return part === 'key' ? KAFKA : COLUMNS
}

function withSettings(part: Part, format: Format, properties: WithProperties, span: Span): Format {
  const delimiter = readDelimiter(part, format, properties, span)
  const nullable = readNullableRepresentation(part, format, properties)
  const {name} = format
  return {name, settings: {...format.settings, ...delimiter, ...nullable}}
}

function readDelimiter(part: Part, format: Format, properties: WithProperties, span: Span): Record<string, string> {
  const name: PropertyName = part === 'key' ? 'KEY_DELIMITER' : 'VALUE_DELIMITER'
  const text = properties.text(name)
  if (text === undefined) return {}
  const where = properties.at(name)?.span ?? span
  if (format.name !== 'DELIMITED') refuse(`${format.name} does not support the following configs: [delimiter]`, where)
  const special: Readonly<Record<string, string>> = {TAB: '\t', SPACE: ' '}
  const delimiter = special[text.toUpperCase()] ?? text
  const example = "\nExample valid value: ';'"
  if (text.trim() === '')
    refuse(
      `Configuration ${name} is invalid: Delimiter cannot be empty, if you meant to have a tab or space for delimiter, ` +
        `please use the special values 'TAB' or 'SPACE'${example}`,
      where,
    )
  if (delimiter.length !== 1)
    refuse(
      `Configuration ${name} is invalid: Invalid delimiter value: only single characters, 'TAB' or 'SPACE' are supported.${example}`,
      where,
    )
  return {delimiter}
}

function readNullableRepresentation(part: Part, format: Format, properties: WithProperties): Record<string, string> {
  const name: PropertyName = part === 'key' ? 'KEY_PROTOBUF_NULLABLE_REPRESENTATION' : 'VALUE_PROTOBUF_NULLABLE_REPRESENTATION'
  const text = properties.text(name)?.toUpperCase()
  const property = properties.at(name)
  if (text === undefined || property === undefined) return {}
  if (format.name !== 'PROTOBUF' && format.name !== 'PROTOBUF_NOSR')
    refuse(`${format.name} does not support the following configs: [nullableRepresentation]`, property)
  if (text !== 'OPTIONAL' && text !== 'WRAPPER')
    refuse(`Invalid value for ${name}: ${text}. Expected OPTIONAL or WRAPPER.`, property.value)
  return {nullable_representation: text.toLowerCase()}
}
